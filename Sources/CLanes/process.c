// What a process can learn of others. Which still live: `kill(pid, 0)` alone does not tell, it
// succeeds for a zombie, and for another process that was given the same id later.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "clanes_team.h"

uint64_t clanes_start_time(int32_t pid, bool *gone) {
  char path[40], text[1024];
  *gone = false;
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    *gone = kill(pid, 0) != 0 && errno == ESRCH;
    return 0;
  }
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0) {
    *gone = kill(pid, 0) != 0 && errno == ESRCH;
    return 0;
  }
  text[length] = 0;
  // The second field is a name in parentheses that may hold anything; the state is the third, the
  // start time the twenty-second.
  char *field = strrchr(text, ')');
  if (!field || field[1] == 0) return 0;
  field += 2;
  *gone = *field == 'Z' || *field == 'X';
  for (int index = 3; index < 22 && field; index++) {
    field = strchr(field, ' ');
    if (field) field++;
  }
  return field ? strtoull(field, NULL, 10) : 0;
}

uint64_t clanes_pid_namespace(void) {
  struct stat status;
  return stat("/proc/self/ns/pid", &status) == 0 ? (uint64_t)status.st_ino : 0;
}

bool clanes_is_dead(const clanes_lane *lane) {
  int32_t pid = atomic_load_explicit(&lane->pid, memory_order_acquire);
  if (pid == 0) return false;
  // Ids of another container mean nothing here; its death is the launcher's to notice.
  if (atomic_load(&lane->pid_namespace) != clanes_pid_namespace()) return false;
  bool gone;
  uint64_t now = clanes_start_time(pid, &gone);
  uint64_t then = atomic_load(&lane->start_time);
  return gone || (now != 0 && then != 0 && now != then);
}

int clanes_read_word(int32_t pid, uintptr_t address, uint64_t *word) {
  struct iovec local = {.iov_base = word, .iov_len = sizeof *word};
  struct iovec remote = {.iov_base = (void *)address, .iov_len = sizeof *word};
  ssize_t count = process_vm_readv(pid, &local, 1, &remote, 1, 0);
  if (count < 0) return errno;
  return count == (ssize_t)sizeof *word ? 0 : EFAULT;
}

uint32_t clanes_allowed_cores(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    int count = CPU_COUNT(&set);
    if (count > 0) return (uint32_t)count;
  }
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (uint32_t)online : 1;
}

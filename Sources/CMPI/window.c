// Memory shared by the ranks of a node: one segment, allocated by the node's first rank.
#define _GNU_SOURCE
#include "cmpi_types.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/statvfs.h>

#define PAGE ((size_t)4096)

/// Asks for large pages, which save most of the first touch's faults. Only a wish: where the kernel
/// does not grant it, the memory is the same.
static void prefer_large_pages(void *memory, size_t bytes) {
  if (bytes >= (size_t)4 << 20) (void)madvise(memory, bytes, MADV_HUGEPAGE);
}

static int create_serial(cmpi_window *window, size_t bytes) {
  window->mapped = (bytes + PAGE - 1) / PAGE * PAGE;
  if (window->mapped == 0) window->mapped = PAGE;
  void *memory = mmap(NULL, window->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                      0);
  if (memory == MAP_FAILED) return CMPI_NO_MEMORY;
  window->memory = memory;
  prefer_large_pages(memory, window->mapped);
  return 0;
}

#if CMPI_WITH_MPI
/// What the file system behind shared windows has left: without a check, the first touch of a page
/// that it cannot back ends the process with SIGBUS.
static size_t shared_memory_left(void) {
  const char *folder = getenv("OMPI_MCA_osc_sm_backing_directory");
  struct statvfs status;
  if (statvfs(folder ? folder : "/dev/shm", &status) != 0) return SIZE_MAX;
  return (size_t)status.f_bavail * status.f_frsize;
}

static int map_shared(cmpi_comm *node, size_t bytes, cmpi_window *window, size_t *available) {
  unsigned long long sizes[2] = {bytes + PAGE, 0};
  if (node->rank == 0) sizes[1] = shared_memory_left();
  int code = MPI_Bcast(sizes, 2, MPI_UNSIGNED_LONG_LONG, 0, node->handle);
  if (code) return code;
  *available = sizes[1];
  // Open MPI keeps some pages of its own beside the segment.
  if (sizes[0] + 64 * PAGE > sizes[1]) return CMPI_NO_SHARED_MEMORY;
  void *base;
  MPI_Aint own = node->rank == 0 ? (MPI_Aint)sizes[0] : 0;
  code = MPI_Win_allocate_shared(own, 1, MPI_INFO_NULL, node->handle, &base, &window->handle);
  if (code) return code;
  MPI_Aint size;
  int unit;
  code = MPI_Win_set_errhandler(window->handle, MPI_ERRORS_RETURN);
  if (!code) code = MPI_Win_shared_query(window->handle, 0, &size, &unit, &base);
  // One epoch for the window's whole life; what orders the accesses are the lanes' own barriers.
  if (!code) code = MPI_Win_lock_all(MPI_MODE_NOCHECK, window->handle);
  if (code) return code;
  // Segments start somewhere in a page, at the same place of the page in every rank.
  window->memory = (void *)(((uintptr_t)base + PAGE - 1) / PAGE * PAGE);
  prefer_large_pages(window->memory, (sizes[0] - PAGE) / PAGE * PAGE);
  return 0;
}

static int create_shared(cmpi_comm *node, size_t bytes, cmpi_window *window, size_t *available) {
  cmpi_begin_wait(node, -1);
  int code = map_shared(node, bytes, window, available);
  cmpi_end_wait();
  return code;
}

static int free_shared(cmpi_window *window) {
  cmpi_begin_wait(NULL, -1);
  int code = MPI_Win_unlock_all(window->handle);
  if (!code) code = MPI_Win_free(&window->handle);
  cmpi_end_wait();
  return code;
}
#endif

int cmpi_window_create(cmpi_comm *node, size_t bytes, cmpi_window **window, size_t *available) {
  cmpi_window *result = calloc(1, sizeof *result);
  if (!result) return CMPI_NO_MEMORY;
  *available = SIZE_MAX;
  int code;
#if CMPI_WITH_MPI
  // A single rank shares with nobody and is better served by its heap.
  code = !node || node->size == 1 ? create_serial(result, bytes)
                         : create_shared(node, bytes, result, available);
#else
  (void)node;
  code = create_serial(result, bytes);
#endif
  if (code) {
    free(result);
    result = NULL;
  }
  *window = result;
  return code;
}

void *cmpi_window_memory(const cmpi_window *window) { return window->memory; }

int cmpi_window_free(cmpi_window *window) {
  int code = 0;
  if (window->mapped) {
    munmap(window->memory, window->mapped);
  } else {
#if CMPI_WITH_MPI
    code = free_shared(window);
#endif
  }
  free(window);
  return code;
}

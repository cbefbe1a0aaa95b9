// What a process can still say when it crashes: the handler makes plain stores only.
#define _GNU_SOURCE
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CFlight.h"
#include "flight_clock.h"

static flight_header *_Atomic noted;

static void note(int number) {
  flight_header *recorder = atomic_load(&noted);
  if (recorder && recorder->signal == 0) {
    recorder->signal_ticks = flight_ticks();
    recorder->signal_thread = (int32_t)syscall(SYS_gettid);
    recorder->signal = number;
  }
  // Delivered when this returns, with the default action.
  signal(number, SIG_DFL);
  raise(number);
}

void flight_note_signals(flight_header *recorder) {
  static const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT};
  bool installed = atomic_exchange(&noted, recorder) != NULL;
  if (installed || !recorder) return;
  struct sigaction action = {.sa_handler = note};
  sigemptyset(&action.sa_mask);
  for (size_t index = 0; index < sizeof numbers / sizeof *numbers; index++)
    sigaction(numbers[index], &action, NULL);
}

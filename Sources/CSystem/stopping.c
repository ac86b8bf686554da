#define _GNU_SOURCE
#include "stopping.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

static int channel[2] = {-1, -1};
static atomic_int received = 0;
static _Atomic int64_t received_at = 0;

static const int64_t same_press = 250 * 1000 * 1000;  // nanoseconds

int stopping_status(int signal) { return signal == SIGINT ? 130 : 75; }

int stopping_signal(void) { return atomic_load(&received); }

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int stopping_tell(int signal) {
  const unsigned char byte = (unsigned char)signal;
  return channel[1] >= 0 && write(channel[1], &byte, 1) == 1;
}

// Calls only what may be called while any other function is interrupted.
static void on_signal(int signal) {
  const int saved = errno;
  int first = 0;
  if (atomic_compare_exchange_strong(&received, &first, signal)) {
    atomic_store(&received_at, nanoseconds());
    if (!stopping_tell(signal)) _exit(stopping_status(signal));
  } else if (first != signal || nanoseconds() - atomic_load(&received_at) > same_press) {
    _exit(stopping_status(signal));
  }
  errno = saved;
}

int stopping_install(void) {
  if (pipe2(channel, O_CLOEXEC) != 0) return -1;
  const int signals[] = {SIGINT, SIGTERM, SIGHUP};
  sigset_t handled;
  sigemptyset(&handled);
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  for (int i = 0; i < 3; ++i) sigaddset(&action.sa_mask, signals[i]);
  for (int i = 0; i < 3; ++i) {
    struct sigaction before;
    if (sigaction(signals[i], NULL, &before) != 0) return -1;
    if (before.sa_handler == SIG_IGN) continue;
    if (sigaction(signals[i], &action, NULL) != 0) return -1;
    sigaddset(&handled, signals[i]);
  }
  // Threads of programs that start this one block signals, and what they start inherits that.
  const int error = pthread_sigmask(SIG_UNBLOCK, &handled, NULL);
  if (error != 0) {
    errno = error;
    return -1;
  }
  return signal(SIGXFSZ, SIG_IGN) == SIG_ERR ? -1 : 0;
}

int stopping_wait(void) {
  unsigned char byte = 0;
  ssize_t count;
  do count = read(channel[0], &byte, 1);
  while (count < 0 && errno == EINTR);
  return count == 1 ? byte : -1;
}

#define _GNU_SOURCE
#include "mapped_faults.h"

#include "stopping.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char program_name[64];
static struct sigaction action_before;
static atomic_flag is_ending = ATOMIC_FLAG_INIT;

// A line of /proc/self/maps: start-end mode offset device inode, spaces, path.
typedef struct {
  uint64_t start, end, offset, inode;
  const char *path;
} region;

static const char *hexadecimal(const char *text, uint64_t *value) {
  *value = 0;
  for (;; ++text) {
    const char c = *text;
    if (c >= '0' && c <= '9')
      *value = *value * 16 + (uint64_t)(c - '0');
    else if (c >= 'a' && c <= 'f')
      *value = *value * 16 + (uint64_t)(c - 'a' + 10);
    else
      return text;
  }
}

static const char *after_spaces(const char *text) {
  while (*text == ' ') ++text;
  return text;
}

static const char *after_word(const char *text) {
  while (*text != 0 && *text != ' ') ++text;
  return after_spaces(text);
}

static region parse(const char *line) {
  region found = {0};
  line = hexadecimal(line, &found.start);
  if (*line == '-') line = hexadecimal(line + 1, &found.end);
  line = after_word(after_spaces(line));
  line = after_spaces(hexadecimal(line, &found.offset));
  line = after_word(line);
  // In decimal digits, of which it matters only whether there is one that is not 0.
  while (*line >= '0' && *line <= '9') found.inode |= (uint64_t)(*line++ - '0');
  found.path = after_spaces(line);
  return found;
}

// Finds the mapped file that an address lies in. Lines that are longer than the buffer are cut.
static int find(uint64_t address, region *found, char *line, size_t capacity) {
  const int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (maps < 0) return 0;
  char chunk[512];
  size_t length = 0;
  ssize_t count;
  int is_found = 0;
  while (!is_found && (count = read(maps, chunk, sizeof chunk)) > 0) {
    for (ssize_t i = 0; i < count && !is_found; ++i) {
      if (chunk[i] != '\n') {
        if (length + 1 < capacity) line[length++] = chunk[i];
        continue;
      }
      line[length] = 0;
      length = 0;
      *found = parse(line);
      is_found = address >= found->start && address < found->end;
    }
  }
  close(maps);
  return is_found && found->inode != 0 && found->path[0] == '/';
}

static void say(const char *text, size_t length) {
  while (length > 0) {
    const ssize_t count = write(STDERR_FILENO, text, length);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text += count;
    length -= (size_t)count;
  }
}

static size_t append(char *message, size_t length, size_t capacity, const char *text) {
  for (; *text != 0 && length < capacity; ++text) {
    const unsigned char c = (unsigned char)*text;
    message[length++] = c < 0x20 || c == 0x7f ? '?' : *text;
  }
  return length;
}

static int is_short(const region *found, uint64_t address) {
  struct stat status;
  if (stat(found->path, &status) != 0) return 1;
  return (uint64_t)status.st_size <= found->offset + (address - found->start);
}

// Calls only what may be called while any other function is interrupted.
static void on_fault(int signal, siginfo_t *info, void *context) {
  (void)context;
  char line[4352];
  region found;
  const uint64_t address = (uint64_t)(uintptr_t)info->si_addr;
  if (info->si_code <= 0 || !find(address, &found, line, sizeof line)) {
    // The access is made again when this returns, and does what it did before.
    sigaction(signal, &action_before, NULL);
    return;
  }
  // Of several threads that read the file one ends the process.
  if (atomic_flag_test_and_set(&is_ending))
    for (;;) pause();
  char message[4608];
  size_t length = append(message, 0, sizeof message - 64, program_name);
  length = append(message, length, sizeof message - 64, ": ");
  length = append(message, length, sizeof message - 64, found.path);
  length = append(
      message, length, sizeof message - 1,
      is_short(&found, address) ? ": was truncated while it was read"
                                : ": cannot be read: input/output error");
  message[length++] = '\n';
  say(message, length);
  if (stopping_tell(signal)) {
    const struct timespec second = {.tv_sec = 1};
    nanosleep(&second, NULL);
  }
  _exit(74);
}

int mapped_faults_install(const char *program) {
  strncpy(program_name, program, sizeof program_name - 1);
  struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  return sigaction(SIGBUS, &action, &action_before);
}

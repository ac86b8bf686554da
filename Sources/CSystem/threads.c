#include "threads.h"

#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void *wait_at_gate(void *unused) {
  (void)unused;
  pthread_mutex_lock(&gate);
  pthread_mutex_unlock(&gate);
  return NULL;
}

int threads_startable(int wanted) {
  pthread_t *threads = calloc((size_t)wanted, sizeof *threads);
  if (threads == NULL) return 0;
  int count = 0;
  pthread_mutex_lock(&gate);
  while (count < wanted && pthread_create(&threads[count], NULL, wait_at_gate, NULL) == 0) ++count;
  pthread_mutex_unlock(&gate);
  for (int i = 0; i < count; ++i) pthread_join(threads[i], NULL);
  free(threads);
  return count;
}

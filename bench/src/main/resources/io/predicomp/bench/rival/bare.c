/*
 * The least that compressing a page, giving its memory back, and decompressing it where it was can
 * cost: one thread, no state, payloads one behind the other.
 *
 *   bare LIBLZ4 PAGES-FILE COUNT
 *
 * Commands on standard input, answers as 64-bit numbers on standard output:
 *   D                     put all pages away: wall ns, CPU ns, bytes held, pages put away
 *   R, count, page...     read the first words (32-bit numbers): ns each, CPU ns, sum of the words
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define PAGE 4096L
#define BATCH 64

static uint64_t now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void *checked(void *p, const char *what) {
  if (p == NULL || p == MAP_FAILED) {
    fprintf(stderr, "bare: %s\n", what);
    exit(1);
  }
  return p;
}

static void answer(uint64_t number) {
  fwrite(&number, sizeof number, 1, stdout);
}

static void *map(size_t bytes) {
  void *p = checked(mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), "no memory");
  madvise(p, bytes, MADV_NOHUGEPAGE);
  return p;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    return 2;
  }
  void *lz4 = checked(dlopen(argv[1], RTLD_NOW), "no LZ4 library");
  int (*compress)(const char *, char *, int, int, int) =
      checked(dlsym(lz4, "LZ4_compress_fast"), "no LZ4_compress_fast");
  int (*decompress)(const char *, char *, int, int) =
      checked(dlsym(lz4, "LZ4_decompress_safe"), "no LZ4_decompress_safe");
  long count = atol(argv[3]);
  char *pages = map(count * PAGE);
  char *payloads = map(count * PAGE);
  char **at = checked(calloc(count, sizeof *at), "no memory");
  int *length = checked(calloc(count, sizeof *length), "no memory");
  FILE *file = checked(fopen(argv[2], "r"), "no pages");
  if (fread(pages, PAGE, count, file) != (size_t)count) {
    return 1;
  }
  fclose(file);

  for (int command; (command = getchar()) != EOF;) {
    if (command == 'D') {
      /* What was not read since is brought back first, not timed. */
      for (long i = 0; i < count; i++) {
        if (length[i] > 0 &&
            decompress(at[i], pages + i * PAGE, length[i], PAGE) != PAGE) {
          return 1;
        }
        length[i] = 0;
      }
      uint64_t wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_THREAD_CPUTIME_ID), away = 0;
      char *end = payloads;
      long first = 0; /* of the pages put away but not given back yet */
      for (long i = 0; i <= count; i++) {
        int n = i == count ? 0 : compress(pages + i * PAGE, end, PAGE, PAGE - 1, 1);
        if (n > 0) {
          at[i] = end;
          length[i] = n;
          end += n;
          away++;
        }
        if ((n <= 0 || i - first + 1 == BATCH) && i + (n > 0) > first) {
          madvise(pages + first * PAGE, (i + (n > 0) - first) * PAGE, MADV_DONTNEED);
        }
        if (n <= 0 || i - first + 1 == BATCH) {
          first = i + 1;
        }
      }
      answer(now(CLOCK_MONOTONIC) - wall);
      answer(now(CLOCK_THREAD_CPUTIME_ID) - cpu);
      answer((end - payloads) + (count - away) * PAGE);
      answer(away);
    } else if (command == 'R') {
      int n;
      if (fread(&n, sizeof n, 1, stdin) != 1) {
        return 1;
      }
      int *order = checked(malloc(n * sizeof *order), "no memory");
      uint64_t *nanos = checked(malloc(n * sizeof *nanos), "no memory");
      if (fread(order, sizeof *order, n, stdin) != (size_t)n) {
        return 1;
      }
      uint64_t sum = 0, cpu = now(CLOCK_THREAD_CPUTIME_ID);
      for (int i = 0; i < n; i++) {
        int page = order[i];
        char *address = pages + page * PAGE;
        uint64_t start = now(CLOCK_MONOTONIC);
        if (length[page] > 0 && decompress(at[page], address, length[page], PAGE) != PAGE) {
          return 1;
        }
        sum += *(volatile uint64_t *)address;
        nanos[i] = now(CLOCK_MONOTONIC) - start;
        length[page] = 0;
      }
      cpu = now(CLOCK_THREAD_CPUTIME_ID) - cpu;
      fwrite(nanos, sizeof *nanos, n, stdout);
      answer(cpu);
      answer(sum);
      free(order);
      free(nanos);
    }
    fflush(stdout);
  }
  return 0;
}

#pragma once

#include <cstdio>
#include <cstdlib>

/// What must hold of every input: where it does not, the fuzzer has found one and keeps it.
#define FUSION_CHECK(condition)                                                           \
  do {                                                                                    \
    if (!(condition)) {                                                                   \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                       \
    }                                                                                     \
  } while (false)

#ifndef KAITO_RUNTIME_DATASET_ARROW_PLUGIN_API_H_
#define KAITO_RUNTIME_DATASET_ARROW_PLUGIN_API_H_

// The C functions between arrow_records.cc and the plug-in (arrow_plugin.cc),
// which are looked up by name. Neither side throws, and each frees its own
// memory.

#include <cstdint>

namespace kaito::runtime {

extern "C" {

struct KaitoArrowError {
  char text[1000];  // Ends in a zero byte.
};

// A batch of rows as JSON objects, each ended by a line feed. The text is the
// reader's, until its next call.
struct KaitoArrowBatch {
  const char* json;
  int64_t bytes;
  int64_t rows;  // 0 at the end of the file.
};

// `columns` has the names that are wanted, each ended by a line feed; those that
// the file has are read. Null for an error.
using KaitoArrowOpen = void* (*)(const char* path, int parquet,
                                 const char* columns, KaitoArrowError* error);
// 0, or -1 for an error.
using KaitoArrowNext = int (*)(void* reader, KaitoArrowBatch* batch,
                               KaitoArrowError* error);
using KaitoArrowClose = void (*)(void* reader);

}  // extern "C"

inline constexpr char kArrowOpenName[] = "kaito_arrow_open";
inline constexpr char kArrowNextName[] = "kaito_arrow_next";
inline constexpr char kArrowCloseName[] = "kaito_arrow_close";

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_DATASET_ARROW_PLUGIN_API_H_

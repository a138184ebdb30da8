// A Parquet or Arrow file of any bytes: the first one chooses. Only what leaves
// the plug-in is our code, but a crash inside it is ours too.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "kaito/runtime/dataset/arrow_records.h"
#include "kaito/runtime/dataset/record.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kaito::runtime;
  if (size == 0) return 0;
  const char* directory = std::getenv("TEST_TMPDIR");
  const std::string path = absl::StrCat(
      directory != nullptr ? directory : "/tmp", "/arrow_fuzz.", getpid());
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) return 0;
  std::fwrite(data + 1, 1, size - 1, file);
  std::fclose(file);
  ReadArrowRecords({.path = path,
                    .parquet = data[0] % 2 == 0,
                    .columns = {"messages", "text"}},
                   [](const Record&) { return absl::OkStatus(); })
      .IgnoreError();
  unlink(path.c_str());
  return 0;
}

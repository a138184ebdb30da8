#include <cstddef>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "zstd.h"

namespace kaito {
namespace {

struct Free {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

// A frame that carries its checksum.
std::string Compress(const std::string& text) {
  const std::unique_ptr<ZSTD_CCtx, Free> context(ZSTD_createCCtx());
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string frame(ZSTD_compressBound(text.size()), '\0');
  const size_t size = ZSTD_compress2(context.get(), frame.data(), frame.size(),
                                     text.data(), text.size());
  EXPECT_FALSE(ZSTD_isError(size)) << ZSTD_getErrorName(size);
  frame.resize(size);
  return frame;
}

// The text, or "error: <why>".
std::string Decompress(const std::string& frame, size_t limit_bytes) {
  std::string text(limit_bytes, '\0');
  const size_t size =
      ZSTD_decompress(text.data(), text.size(), frame.data(), frame.size());
  if (ZSTD_isError(size)) {
    return std::string("error: ") + ZSTD_getErrorName(size);
  }
  text.resize(size);
  return text;
}

std::string Text() {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += std::to_string(i * i) + "\n";
  return text;
}

TEST(Zstd, ReturnsWhatWentIn) {
  const std::string text = Text();
  const std::string frame = Compress(text);
  EXPECT_LT(frame.size(), text.size() / 2);
  EXPECT_EQ(ZSTD_getFrameContentSize(frame.data(), frame.size()), text.size());
  EXPECT_EQ(Decompress(frame, text.size()), text);
}

TEST(Zstd, RefusesACorruptedOrShortFrame) {
  const std::string text = Text();
  const std::string frame = Compress(text);
  std::string corrupted = frame;
  corrupted.back() ^= 1;  // In the checksum, the last four bytes.
  EXPECT_EQ(Decompress(corrupted, text.size()),
            "error: Restored data doesn't match checksum");
  EXPECT_EQ(
      Decompress(frame.substr(0, frame.size() / 2), text.size()).substr(0, 6),
      "error:");
}

TEST(Zstd, StopsAtTheBufferItWasGiven) {
  const std::string text = Text();
  EXPECT_EQ(Decompress(Compress(text), text.size() - 1),
            "error: Destination buffer is too small");
}

}  // namespace
}  // namespace kaito

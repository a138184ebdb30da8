// Layers that strangers made: what ExtractImage takes, and what it refuses.
#include "kaito/runtime/oci/image_files.h"

#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/oci/byte_stream.h"
#include "kaito/runtime/oci/compression.h"
#include "kaito/runtime/oci/image_source.h"
#include "kaito/runtime/oci/manifest.h"
#include "kaito/runtime/oci/tar.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ByteSource PiecesOf(std::string text) {
  return [text, done = false]() mutable -> absl::StatusOr<std::string> {
    return std::exchange(done, true) ? std::string() : text;
  };
}

// A header of any type, with its checksum.
std::string Entry(absl::string_view name, char type,
                  absl::string_view content = "") {
  std::string out(512, '\0');
  const auto put = [&](size_t at, absl::string_view text) {
    out.replace(at, text.size(), text.data(), text.size());
  };
  put(0, name);
  put(100, "0000644");
  put(124, absl::StrFormat("%011o", content.size()));
  out[156] = type;
  put(157, "/etc/passwd");
  put(257, absl::string_view("ustar\0"
                             "00",
                             8));
  put(148, "        ");
  int64_t sum = 0;
  for (const char c : out) sum += static_cast<unsigned char>(c);
  put(148, absl::StrFormat("%06o", sum));
  out[154] = '\0';
  absl::StrAppend(&out, content);
  out.resize((out.size() + 511) / 512 * 512, '\0');
  return out;
}

class MemoryImage : public ImageSource {
 public:
  void AddLayer(const std::string& bytes) {
    const std::string digest = DigestOf(bytes);
    blobs_[digest] = bytes;
    manifest_.layers.push_back({.media_type = std::string(kOciGzipLayerType),
                                .digest = digest,
                                .size = static_cast<int64_t>(bytes.size())});
  }
  absl::StatusOr<std::string> ReadManifest(absl::string_view) override {
    manifest_.config = {.media_type = std::string(kOciConfigType),
                        .digest = DigestOf("{}"),
                        .size = 2};
    return FormatManifest(manifest_);
  }
  absl::StatusOr<ByteSource> OpenBlob(const Descriptor& blob) override {
    return PiecesOf(blobs_[blob.digest]);
  }

 private:
  Manifest manifest_;
  std::map<std::string, std::string> blobs_;
};

class ImageFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
    output_ = JoinPath(dir_.path(), "out");
  }

  absl::Status Extract(const std::vector<std::string>& layers,
                       const ExtractOptions& options = {}) {
    MemoryImage image;
    for (const std::string& layer : layers) image.AddLayer(layer);
    return ExtractImage(image, "t", output_, options).status();
  }

  TempDir dir_;
  std::string output_;
};

TEST_F(ImageFilesTest, TakesWhatIsUnderDataOfAnyBaseImage) {
  KAITO_ASSERT_OK(Extract(
      {Entry("bin/sh", '2') + Entry("etc/passwd", '0', "x"),
       Entry("./data/", '5') + Entry("./data/a.json", '0', "old") +
           Entry("data/gone", '0', "1") + Entry("/data/sub/b", '0', "b"),
       Entry("data/a.json", '0', "new") + Entry("data/.wh.gone", '0')}));
  EXPECT_THAT(ListDir(output_, 10), IsOkAndHolds(ElementsAre("a.json", "sub")));
  EXPECT_THAT(ReadFile(JoinPath(output_, "a.json"), 10), IsOkAndHolds("new"));
  EXPECT_THAT(ReadFile(JoinPath(output_, "sub/b"), 10), IsOkAndHolds("b"));
}

TEST_F(ImageFilesTest, RefusesLinksAndDevices) {
  for (const char type : {'1', '2', '3', '4', '6'}) {
    EXPECT_THAT(Extract({Entry("data/x", type)}),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("\"data/x\": is refused")))
        << type;
  }
  EXPECT_THAT(Extract({Entry("data", '2')}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ImageFilesTest, WritesNothingOutsideOfItsDirectory) {
  KAITO_ASSERT_OK(
      Extract({Entry("data/../../escape", '0', "x") +
               Entry("data/./ok", '0', "y") + Entry("../data/up", '0', "z")}));
  EXPECT_THAT(ListDir(dir_.path(), 10), IsOkAndHolds(ElementsAre("out")));
  EXPECT_THAT(ListDir(output_, 10), IsOkAndHolds(ElementsAre("ok", "up")));
}

TEST_F(ImageFilesTest, BoundsWhatALayerUnpacksTo) {
  std::string bomb;
  GzipWriter gzip([&](absl::string_view piece) {
    absl::StrAppend(&bomb, piece);
    return absl::OkStatus();
  });
  TarWriter tar([&](absl::string_view piece) { return gzip.Write(piece); });
  const int64_t size = 4 << 20;
  KAITO_ASSERT_OK(
      tar.AddFile("data/zeros", size, PiecesOf(std::string(size, '\0'))));
  KAITO_ASSERT_OK(tar.Finish());
  KAITO_ASSERT_OK(gzip.Finish());
  EXPECT_LT(bomb.size(), 100'000u);
  EXPECT_THAT(
      Extract({bomb}, {.max_bytes = 1 << 20}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("1048576 bytes")));
  KAITO_EXPECT_OK(Extract({bomb}));
  EXPECT_THAT(Extract({bomb.substr(0, bomb.size() / 2)}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("they end early")));
  EXPECT_THAT(
      Extract({Entry("data/a", '0') + Entry("data/b", '0')}, {.max_files = 1}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("more than 1 files")));
}

TEST_F(ImageFilesTest, SaysWhatIsWrongWithAnImage) {
  EXPECT_THAT(Extract({Entry("etc/x", '0')}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no files under /data")));
  EXPECT_THAT(Extract({std::string(512, 'x')}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("the archive is broken")));
  EXPECT_THAT(
      Extract({Entry("data/x", '0', std::string(600, 'x')).substr(0, 1000)}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("ends early")));
}

// Against another implementation.
TEST_F(ImageFilesTest, TarReadsWhatWeWrite) {
  std::string archive;
  GzipWriter gzip([&](absl::string_view piece) {
    absl::StrAppend(&archive, piece);
    return absl::OkStatus();
  });
  TarWriter tar([&](absl::string_view piece) { return gzip.Write(piece); });
  const std::string name = absl::StrCat("data/", std::string(150, 'n'));
  KAITO_ASSERT_OK(tar.AddDirectory("data"));
  KAITO_ASSERT_OK(tar.AddFile(name, 5, PiecesOf("hello")));
  EXPECT_THAT(tar.AddFile("data/short", 9, PiecesOf("hello")),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("changed while it was packed")));
  archive.clear();
  GzipWriter again([&](absl::string_view piece) {
    absl::StrAppend(&archive, piece);
    return absl::OkStatus();
  });
  TarWriter whole([&](absl::string_view piece) { return again.Write(piece); });
  KAITO_ASSERT_OK(whole.AddDirectory("data"));
  KAITO_ASSERT_OK(whole.AddFile(name, 5, PiecesOf("hello")));
  KAITO_ASSERT_OK(whole.Finish());
  KAITO_ASSERT_OK(again.Finish());
  const std::string path = JoinPath(dir_.path(), "x.tar.gz");
  std::FILE* file = std::fopen(path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  std::fwrite(archive.data(), 1, archive.size(), file);
  std::fclose(file);
  std::FILE* listing = popen(
      absl::StrCat("tar -tvzf '", path, "' --numeric-owner --utc").c_str(),
      "r");
  ASSERT_NE(listing, nullptr);
  std::string text(4096, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), listing));
  EXPECT_EQ(pclose(listing), 0);
  EXPECT_EQ(text, absl::StrCat("drwxr-xr-x 0/0               0 1970-01-01 "
                               "00:00 data/\n-rw-r--r-- 0/0               5 "
                               "1970-01-01 00:00 ",
                               name, "\n"));
}

}  // namespace
}  // namespace kaito::runtime

#include "kaito/standalone/node/image_table.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/file/path.h"

namespace kaito::standalone {

std::string NormalRepository(absl::string_view image) {
  image = image.substr(0, image.find('@'));
  // A colon after the last slash is the tag's; before it, a registry's port's.
  const size_t slash = image.rfind('/');
  const size_t colon = image.rfind(':');
  if (colon != absl::string_view::npos &&
      (slash == absl::string_view::npos || colon > slash)) {
    image = image.substr(0, colon);
  }
  (void)(absl::ConsumePrefix(&image, "docker.io/") ||
         absl::ConsumePrefix(&image, "index.docker.io/"));
  (void)absl::ConsumePrefix(&image, "library/");
  return std::string(image);
}

absl::StatusOr<const ImageStandIn*> ImageTable::Find(
    absl::string_view image) const {
  const std::string repository = NormalRepository(image);
  std::vector<absl::string_view> known;
  for (const ImageStandIn& one : images_) {
    if (one.repository == repository) {
      if (one.locate == nullptr || !one.locate(one.entrypoint[0]).empty()) {
        return &one;
      }
      return absl::FailedPreconditionError(absl::StrCat(
          "image ", image, ": ", one.entrypoint[0],
          " stands for it here and is not installed. Put it into PATH, or run "
          "tools/fetch_tools.sh ",
          one.entrypoint[0], "; this is tried again"));
    }
    known.push_back(one.repository);
  }
  return absl::NotFoundError(absl::StrCat(
      "image ", image,
      ": standalone pulls no images, it runs local programs in place of ",
      known.empty() ? "none" : absl::StrJoin(known, ", "),
      "; use one of these, or a cluster"));
}

std::vector<ImageStandIn> StandardImages(const StandardPrograms& programs) {
  std::vector<ImageStandIn> images;
  if (!programs.runtime.empty()) {
    for (const std::string& image : programs.runtime_images) {
      images.push_back({.repository = NormalRepository(image),
                        .entrypoint = {programs.runtime},
                        .names = {"runtime", Basename(programs.runtime)}});
    }
  }
  if (!programs.curl.empty()) {
    images.push_back({.repository = "curlimages/curl",
                      .kind = ImageStandIn::Kind::kCurl,
                      .entrypoint = {programs.curl},
                      .default_args = {"--help"},
                      .names = {"curl"},
                      .locate = programs.locate});
  }
  if (!programs.registry.empty()) {
    images.push_back({.repository = "registry",
                      .kind = ImageStandIn::Kind::kRegistry,
                      .entrypoint = {programs.registry},
                      .default_args = {"serve", "config.yml"},
                      .names = {"registry", "docker-registry"},
                      .locate = programs.locate});
  }
  return images;
}

absl::StatusOr<std::vector<std::string>> StandInArguments(
    const ImageStandIn& image, const std::vector<std::string>& command,
    const std::vector<std::string>& args) {
  const auto named = [&image](const std::string& program) {
    return std::find(image.names.begin(), image.names.end(),
                     Basename(program)) != image.names.end();
  };
  std::vector<std::string> argv = image.entrypoint;
  if (image.locate != nullptr) argv[0] = image.locate(argv[0]);
  if (!command.empty()) {
    if (!named(command[0])) {
      return absl::InvalidArgumentError(absl::StrCat(
          "command ", command[0], ": the image ", image.repository,
          " stands for ", absl::StrJoin(image.names, " or "), " here"));
    }
    argv.insert(argv.end(), command.begin() + 1, command.end());
    argv.insert(argv.end(), args.begin(), args.end());
    return argv;
  }
  if (args.empty()) {
    argv.insert(argv.end(), image.default_args.begin(),
                image.default_args.end());
    return argv;
  }
  // curl's image runs a first argument that is no flag as a command: `kubectl
  // run c --image=curlimages/curl -- curl -X POST ...` relies on it.
  const bool repeats =
      image.kind == ImageStandIn::Kind::kCurl && named(args[0]);
  argv.insert(argv.end(), args.begin() + (repeats ? 1 : 0), args.end());
  return argv;
}

}  // namespace kaito::standalone

#ifndef KAITO_STANDALONE_NODE_IMAGE_TABLE_H_
#define KAITO_STANDALONE_NODE_IMAGE_TABLE_H_

// ImageTable: which local program stands for which container image. Nothing is
// pulled: an image that is not in the table can't run here, and no program of
// the machine runs because a pod names it. Pure, but for `locate`.
//
//   ImageTable images(StandardImages({.runtime = "/opt/kaito/runtime"}));
//   KAITO_ASSIGN_OR_RETURN(const ImageStandIn* found,
//                          images.Find("kaito/runtime:0.1.0"));

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito::standalone {

struct ImageStandIn {
  // What needs a file of its own beside it.
  enum class Kind { kProgram, kCurl, kRegistry };

  std::string repository;  // As NormalRepository() gives it.
  Kind kind = Kind::kProgram;
  std::vector<std::string> entrypoint;  // The program and its first arguments.
  std::vector<std::string> default_args;  // Where the pod gives none.
  // How a pod's command may call the program; its last path component counts.
  std::vector<std::string> names;
  // Where the program of that name is now; empty: it is not installed. Absent:
  // the entry point is used as it is.
  std::function<std::string(const std::string&)> locate = nullptr;
};

// The repository without registry docker.io, "library/", tag and digest:
// "docker.io/library/registry:2" and "registry" are both "registry".
std::string NormalRepository(absl::string_view image);

class ImageTable {
 public:
  explicit ImageTable(std::vector<ImageStandIn> images)
      : images_(std::move(images)) {}

  // NotFound, with what can be run, for any other image. FailedPrecondition
  // where the stand-in is not installed; it may be, later.
  absl::StatusOr<const ImageStandIn*> Find(absl::string_view image) const;

 private:
  std::vector<ImageStandIn> images_;
};

// Where the programs are. A name without a slash is looked for in PATH; an
// empty one leaves the image out.
struct StandardPrograms {
  std::string runtime;
  std::vector<std::string> runtime_images = {"kaito/runtime"};
  std::string curl = "curl";
  std::string registry = "docker-registry";
  // Asked for curl and registry at each start: what is installed later works.
  std::function<std::string(const std::string&)> locate = nullptr;
};

std::vector<ImageStandIn> StandardImages(const StandardPrograms& programs);

// The argument vector of a container: its command, which must name the
// stand-in, in place of the entry point, and its arguments. InvalidArgument for
// a command that names another program.
absl::StatusOr<std::vector<std::string>> StandInArguments(
    const ImageStandIn& image, const std::vector<std::string>& command,
    const std::vector<std::string>& args);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_IMAGE_TABLE_H_

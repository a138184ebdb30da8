#ifndef KAITO_STANDALONE_NODE_POD_DIRECTORY_H_
#define KAITO_STANDALONE_NODE_POD_DIRECTORY_H_

// PodDirectory: where things of one pod are on this machine.
//
//   <pods>/<uid>/pod.json                       the record
//               /volumes/<volume>/              (volume_plan.h)
//               /work/<container>/              home of its processes
//               /containers/<container>/<run>/  (container_files.h)

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::standalone {

class PodDirectory {
 public:
  // `uid` comes from the API server: InvalidArgument where it is no plain name.
  static absl::StatusOr<PodDirectory> Of(absl::string_view pods_dir,
                                         absl::string_view uid);

  const std::string& path() const { return path_; }
  std::string RecordFile() const;
  std::string VolumesDir() const;
  // Container names are checked by the API server; any other is "_".
  std::string WorkDir(absl::string_view container) const;
  std::string RunDir(absl::string_view container, int64_t run) const;

  // The number of a container's last run; NotFound where it never ran.
  absl::StatusOr<int64_t> LastRun(absl::string_view container) const;

  // Kills what still runs and removes everything. For pods that nobody runs.
  absl::Status Remove(Clock& clock, const StopToken& stop) const;

 private:
  explicit PodDirectory(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_POD_DIRECTORY_H_

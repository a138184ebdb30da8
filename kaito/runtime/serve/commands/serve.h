#ifndef KAITO_RUNTIME_SERVE_COMMANDS_SERVE_H_
#define KAITO_RUNTIME_SERVE_COMMANDS_SERVE_H_

// RunServe: loads a model and its adapters, serves them over HTTP until it is
// told to stop, then lets what runs come to its end.
//
//   KAITO_RETURN_IF_ERROR(RunServe({.model = dir, .address = "127.0.0.1:0"},
//                                  clock, signals->token(), {}));

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/runtime/backend/load_model.h"

namespace kaito::runtime::serve {

struct ServeOptions {
  std::string model;
  // The base's names in requests; none: the directory's own.
  std::vector<std::string> served_model_names;
  // NAME=DIR[@STRENGTH].
  std::vector<std::string> adapters;
  // Each folder in it that holds an adapter is one, named as the folder, unless
  // `adapters` has the name. Need not be there.
  std::string adapter_directory;
  // In place of the model's own: the template, or its file (StatedTemplate()).
  std::string chat_template;
  // What a request without "model" gets. Empty: the only adapter, or else the
  // base.
  std::string default_model;
  Quantization quantization = Quantization::kAuto;
  std::string address = "127.0.0.1:5000";  // Port 0: any free one.
  int64_t threads = 0;                     // 0: all processors.

  int64_t max_model_len = 0;  // 0: what the model was made for.
  int64_t max_running = 64;
  int64_t max_waiting = 256;
  int64_t cache_bytes = int64_t{1} << 30;

  bool kaito_compat = false;
  bool adapter_updates = false;
  std::string api_key;
  absl::Duration request_timeout = absl::Minutes(30);
  // Below the 60 s that a pod gets to end.
  absl::Duration drain_timeout = absl::Seconds(50);
};

// "127.0.0.1:5000", "[::]:5000": host and port. InvalidArgument. Pure.
absl::StatusOr<std::pair<std::string, int>> ParseListenAddress(
    absl::string_view text);

// Returns when `stop` has stopped and all is drained: OK. `on_listening` gets
// the port, once.
absl::Status RunServe(const ServeOptions& options, Clock& clock,
                      const StopToken& stop,
                      const std::function<void(int port)>& on_listening);

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_COMMANDS_SERVE_H_

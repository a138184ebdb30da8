#include "kaito/operator/pod_log_relay.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread_pool.h"
#include "kaito/standalone/apiserver/server/http_answer.h"
#include "kaito/standalone/apiserver/server/pod_logs.h"
#include "kaito/standalone/node/node_agent.h"

namespace kaito::controller {
namespace {

constexpr int kReaders = 16;

standalone::PodLogRequest RequestOf(const apiserver::PodLogQuery& query) {
  standalone::PodLogRequest request = {.pod_uid = query.uid,
                                       .container = query.container,
                                       .previous = query.previous,
                                       .follow = query.follow};
  request.read.tail_lines = query.tail_lines;
  request.read.since = query.since;
  request.read.timestamps = query.timestamps;
  if (query.limit_bytes.has_value()) {
    request.read.limit_bytes = *query.limit_bytes;
  }
  return request;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PodLogRelay>> PodLogRelay::Create() {
  std::unique_ptr<PodLogRelay> relay(new PodLogRelay);
  KAITO_ASSIGN_OR_RETURN(
      relay->pool_,
      ThreadPool::Create(
          {.name = "pod-logs", .threads = kReaders, .queue_capacity = 64}));
  return relay;
}

apiserver::PodLogs PodLogRelay::AsPodLogs() {
  return [this](apiserver::PodLogQuery query, http::ResponseWriter writer) {
    // Shared, so that the writer is still there where no thread takes it.
    auto held = std::make_shared<http::ResponseWriter>(std::move(writer));
    const absl::Status taken = pool_->Submit(
        [this, query = std::move(query), held] { Answer(query, *held); });
    if (!taken.ok()) apiserver::SendApiError(*held, taken);
  };
}

void PodLogRelay::Attach(standalone::NodeAgent* agent, const StopToken& stop) {
  const MutexLock lock(mutex_);
  agent_ = agent;
  stop_ = StopSource(stop);
}

void PodLogRelay::Detach() {
  {
    const MutexLock lock(mutex_);
    agent_ = nullptr;
    stop_.RequestStop();
  }
  pool_->Shutdown(ThreadPool::Pending::kDiscard);
}

void PodLogRelay::Answer(const apiserver::PodLogQuery& query,
                         http::ResponseWriter& writer) {
  standalone::NodeAgent* agent = nullptr;
  StopToken stop;
  {
    const MutexLock lock(mutex_);
    agent = agent_;
    stop = stop_.token();
  }
  if (agent == nullptr) {
    apiserver::SendApiError(
        writer, absl::UnavailableError("no node agent runs pods now"));
    return;
  }
  StopSource ended(stop);
  const StopCallback on_gone =
      writer.client_gone().OnStop([&ended] { ended.RequestStop(); });
  // The header goes out with the first piece, so that an error before it is a
  // Status. A log that is followed may be silent for long: then at once.
  std::optional<http::BodyStream> body;
  const auto open = [&]() -> absl::Status {
    if (body.has_value()) return absl::OkStatus();
    absl::StatusOr<http::BodyStream> stream =
        writer.Stream(200, {{"Content-Type", "text/plain"}});
    if (!stream.ok()) return stream.status();
    body = *std::move(stream);
    return absl::OkStatus();
  };
  const absl::Status read = agent->ReadLog(
      RequestOf(query),
      [&](absl::string_view piece) -> absl::Status {
        KAITO_RETURN_IF_ERROR(open());
        return body->Write(piece);
      },
      ended.token());
  if (!read.ok() && !body.has_value()) {
    apiserver::SendApiError(writer, read);
    return;
  }
  if (open().ok()) body->Finish().IgnoreError();
}

}  // namespace kaito::controller

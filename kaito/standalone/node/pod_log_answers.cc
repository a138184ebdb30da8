#include "kaito/standalone/node/pod_log_answers.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread_pool.h"
#include "kaito/standalone/apiserver/server/http_answer.h"
#include "kaito/standalone/apiserver/server/pod_logs.h"
#include "kaito/standalone/node/node_agent.h"

namespace kaito::standalone {
namespace {

// One machine's users; a thread that follows a log sleeps.
constexpr int64_t kThreads = 16;

PodLogRequest RequestOf(const apiserver::PodLogQuery& query) {
  return {.pod_uid = query.uid,
          .container = query.container,
          .previous = query.previous,
          .follow = query.follow,
          .read = {.tail_lines = query.tail_lines,
                   .limit_bytes = query.limit_bytes.value_or(
                       std::numeric_limits<int64_t>::max()),
                   .since = query.since,
                   .timestamps = query.timestamps}};
}

}  // namespace

absl::StatusOr<std::unique_ptr<PodLogAnswers>> PodLogAnswers::Create(
    Clock& clock) {
  std::unique_ptr<PodLogAnswers> answers(new PodLogAnswers(clock));  // Private.
  KAITO_ASSIGN_OR_RETURN(
      answers->pool_,
      ThreadPool::Create({.name = "pod-logs", .threads = kThreads}));
  return answers;
}

apiserver::PodLogs PodLogAnswers::function() {
  return [this](apiserver::PodLogQuery query, http::ResponseWriter writer) {
    Submit(&PodLogAnswers::Answer, std::move(query), std::move(writer));
  };
}

apiserver::PodAttach PodLogAnswers::refusal() {
  return [this](apiserver::PodLogQuery query, http::ResponseWriter writer) {
    Submit(&PodLogAnswers::Refuse, std::move(query), std::move(writer));
  };
}

void PodLogAnswers::Submit(Work work, apiserver::PodLogQuery query,
                           http::ResponseWriter writer) {
  // Shared: a task that the pool refuses still has to be answered here.
  auto held = std::make_shared<http::ResponseWriter>(std::move(writer));
  const absl::Status status =
      pool_->Submit([this, work, query = std::move(query), held] {
        (this->*work)(query, std::move(*held));
      });
  if (!status.ok()) {
    apiserver::SendApiError(
        *held, absl::UnavailableError("too many logs are being read"));
  }
}

void PodLogAnswers::SetAgent(NodeAgent* agent) {
  MutexLock lock(mutex_);
  agent_ = agent;
}

void PodLogAnswers::Stop() {
  SetAgent(nullptr);
  (void)stop_.RequestStop();
  if (pool_ != nullptr) pool_->Shutdown(ThreadPool::Pending::kDiscard);
}

void PodLogAnswers::Answer(const apiserver::PodLogQuery& query,
                           http::ResponseWriter writer) {
  NodeAgent* const agent = this->agent();
  if (agent == nullptr) {
    apiserver::SendApiError(
        writer, absl::UnavailableError("no node agent runs: try again later"));
    return;
  }
  // Ends with the client as well as with this program.
  StopSource stop(stop_.token());
  const StopCallback on_gone =
      writer.client_gone().OnStop([&stop] { (void)stop.RequestStop(); });
  // The header goes out with the first piece, so that an error that comes
  // before it is still an answer of its own.
  std::optional<http::BodyStream> body;
  const auto open = [&]() -> absl::Status {
    if (body.has_value()) return absl::OkStatus();
    http::Headers headers;
    headers.Add("Content-Type", "text/plain");
    absl::StatusOr<http::BodyStream> stream =
        writer.Stream(200, std::move(headers));
    KAITO_RETURN_IF_ERROR(stream.status());
    body = *std::move(stream);
    return absl::OkStatus();
  };
  const absl::Status status = agent->ReadLog(
      RequestOf(query),
      [&](absl::string_view piece) -> absl::Status {
        KAITO_RETURN_IF_ERROR(open());
        return body->Write(piece);
      },
      stop.token());
  if (status.ok()) {
    if (open().ok()) body->Finish().IgnoreError();
  } else if (!body.has_value() && !stop.token().stopped()) {
    apiserver::SendApiError(writer, status);
  }
}

void PodLogAnswers::Refuse(const apiserver::PodLogQuery& query,
                           http::ResponseWriter writer) {
  StopSource stop(stop_.token(), clock_, clock_.NowSteady() + kPatience);
  const StopCallback on_gone =
      writer.client_gone().OnStop([&stop] { (void)stop.RequestStop(); });
  PodLogRequest request = RequestOf(query);
  request.follow = true;
  if (NodeAgent* const agent = this->agent()) {
    // Why it returns makes no difference to the answer.
    agent
        ->ReadLog(
            request, [](absl::string_view) { return absl::OkStatus(); },
            stop.token())
        .IgnoreError();
  }
  apiserver::SendApiError(writer, apiserver::NoStreamsStatus("attach"));
}

NodeAgent* PodLogAnswers::agent() {
  MutexLock lock(mutex_);
  return agent_;
}

}  // namespace kaito::standalone

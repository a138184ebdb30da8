#include "kaito/standalone/apiserver/server/api_handler.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/url/percent_encoding.h"
#include "kaito/base/yaml/writer.h"
#include "kaito/standalone/apiserver/discovery/discovery.h"
#include "kaito/standalone/apiserver/rest/deletion.h"
#include "kaito/standalone/apiserver/rest/listing.h"
#include "kaito/standalone/apiserver/rest/render.h"
#include "kaito/standalone/apiserver/rest/request_info.h"
#include "kaito/standalone/apiserver/rest/stored_form.h"
#include "kaito/standalone/apiserver/rest/verbs.h"
#include "kaito/standalone/apiserver/server/fault_injector.h"
#include "kaito/standalone/apiserver/server/http_answer.h"
#include "kaito/standalone/apiserver/server/log_query.h"
#include "kaito/standalone/apiserver/server/openapi_answer.h"
#include "kaito/standalone/apiserver/server/pod_logs.h"
#include "kaito/standalone/apiserver/server/request_body.h"
#include "kaito/standalone/apiserver/watch/watch_hub.h"
#include "kaito/standalone/apiserver/watch/watch_request.h"

namespace kaito::apiserver {
namespace {

using api::MakeApiStatus;
using api::ToStatus;

absl::Status Error(int code, absl::string_view message) {
  return ToStatus(MakeApiStatus(code, message));
}

absl::string_view Header(const http::ServerRequest& request,
                         absl::string_view name) {
  return request.headers.Get(name).value_or("");
}

// The client's program: the part of User-Agent before "/".
std::string ManagerOf(const http::ServerRequest& request,
                      const RequestOptions& options) {
  if (!options.field_manager.empty()) return options.field_manager;
  const absl::string_view agent = Header(request, "User-Agent");
  const absl::string_view program = agent.substr(0, agent.find('/'));
  return program.empty() ? "unknown" : std::string(program.substr(0, 128));
}

absl::StatusOr<Form> FormOf(const http::ServerRequest& request) {
  const absl::string_view accept = Header(request, "Accept");
  std::optional<Form> form = NegotiateForm(accept);
  if (form.has_value()) return *std::move(form);
  return Error(406, absl::StrCat("only the following media types are accepted: "
                                 "application/json, application/yaml, not ",
                                 accept));
}

bool IsStream(absl::string_view subresource) {
  return subresource == "exec" || subresource == "attach" ||
         subresource == "portforward";
}

bool HasSubresource(const ResourceDefinition& resource,
                    absl::string_view name) {
  if (name.empty()) return true;
  if (name == "status") return resource.status;
  if (name == "scale") return resource.scale.has_value();
  if (resource.group.empty() && resource.plural == "namespaces") {
    return name == "finalize";
  }
  return resource.group.empty() && resource.plural == "pods" &&
         (name == "log" || name == "binding" || IsStream(name));
}

}  // namespace

ApiHandler::ApiHandler(Store& store, Registry& registry, WatchHub& hub,
                       Clock& clock, IdSource& ids, Verbs& verbs,
                       const PodLogs& logs, const PodAttach& attach,
                       FaultInjector* faults)
    : store_(store),
      registry_(registry),
      hub_(hub),
      clock_(clock),
      ids_(ids),
      verbs_(verbs),
      logs_(logs),
      attach_(attach),
      faults_(faults) {}

void ApiHandler::Handle(const http::ServerRequest& request,
                        http::ResponseWriter& writer) {
  if (HandleFixed(request, writer)) return;
  RequestFault fault;
  if (faults_ != nullptr && Misbehave(request, writer, fault)) return;
  const absl::Status status = HandleResource(request, fault, writer);
  if (!status.ok()) SendApiError(writer, status);
}

bool ApiHandler::Misbehave(const http::ServerRequest& request,
                           http::ResponseWriter& writer, RequestFault& fault) {
  const absl::StatusOr<Call> call = CallOf(request);
  if (!call.ok()) return false;
  std::optional<RequestFault> planned =
      faults_->OnRequest({.method = request.method,
                          .group = call->info.group,
                          .resource = call->info.resource,
                          .ns = call->info.ns,
                          .name = call->info.name,
                          .subresource = call->info.subresource,
                          .watch = call->options.watch,
                          .resource_version = call->options.resource_version});
  if (!planned.has_value()) return false;
  fault = *std::move(planned);
  if (fault.delay > absl::ZeroDuration()) {
    // Ends early where the client gives up.
    WaitFor(clock_, fault.delay, writer.client_gone()).IgnoreError();
  }
  if (fault.error.ok()) return false;
  SendApiError(writer, fault.error);
  return true;
}

bool ApiHandler::HandleFixed(const http::ServerRequest& request,
                             http::ResponseWriter& writer) {
  const std::vector<std::string>& path = request.target.segments;
  const std::string& first = path[0];
  if (first == "healthz" || first == "livez" || first == "readyz") {
    SendText(writer, 200, "text/plain; charset=utf-8", "ok");
    return true;
  }
  if (first == "version" && path.size() == 1) {
    SendJson(writer, 200, ServerVersion());
    return true;
  }
  if (first.empty() && path.size() == 1) {
    SendJson(writer, 200,
             json::Object{
                 {"paths", json::Array{"/api", "/apis", "/healthz", "/livez",
                                       "/openapi/v2", "/openapi/v3", "/readyz",
                                       "/version"}}});
    return true;
  }
  if (first == "openapi") return HandleOpenApi(request, writer);
  if (first == "api" || first == "apis") {
    return HandleDiscovery(request, writer);
  }
  return false;
}

bool ApiHandler::HandleOpenApi(const http::ServerRequest& request,
                               http::ResponseWriter& writer) {
  const absl::StatusOr<OpenApiAnswer> answer = AnswerOpenApi(
      *registry_.catalog(), request.target.segments, Header(request, "Accept"),
      Header(request, "If-None-Match"));
  if (!answer.ok()) return false;
  http::Headers headers = {{"Content-Type", answer->content_type},
                           {"ETag", answer->etag},
                           {"Cache-Control", "no-cache, private"}};
  // A client that has gone is told nothing.
  writer
      .Send({.code = answer->code,
             .headers = std::move(headers),
             .body = answer->body})
      .IgnoreError();
  return true;
}

bool ApiHandler::HandleDiscovery(const http::ServerRequest& request,
                                 http::ResponseWriter& writer) {
  const std::vector<std::string>& path = request.target.segments;
  const bool core = path[0] == "api";
  const CatalogPtr catalog = registry_.catalog();
  std::optional<json::Value> answer;
  if (path.size() == 1) {
    const std::string version = DiscoveryVersion(Header(request, "Accept"));
    if (!version.empty()) {
      SendText(writer, 200,
               absl::StrCat("application/json;g=apidiscovery.k8s.io;v=",
                            version, ";as=APIGroupDiscoveryList"),
               json::Write(AggregatedDiscovery(*catalog, core, version)));
      return true;
    }
    answer = core ? CoreVersions(Header(request, "Host")) : Groups(*catalog);
  } else if (core && path.size() == 2) {
    answer = ResourcesOf(*catalog, "", path[1]);
  } else if (!core && path.size() == 2) {
    answer = OneGroup(*catalog, path[1]);
  } else if (!core && path.size() == 3) {
    answer = ResourcesOf(*catalog, path[1], path[2]);
  }
  if (!answer.has_value()) return false;
  SendJson(writer, 200, *answer);
  return true;
}

absl::StatusOr<Call> ApiHandler::CallOf(const http::ServerRequest& request) {
  std::optional<RequestInfo> info = ParseResourcePath(request.target.segments);
  Call call;
  if (info.has_value()) {
    call.resource =
        registry_.catalog()->Find(info->group, info->version, info->resource);
  }
  if (call.resource == nullptr ||
      !HasSubresource(*call.resource, info->subresource) ||
      (!call.resource->namespaced && !info->ns.empty())) {
    return Error(404, "the server could not find the requested resource");
  }
  absl::StatusOr<RequestOptions> options =
      ParseRequestOptions(request.target.query);
  if (!options.ok()) return Error(400, options.status().message());
  call.info = *std::move(info);
  call.options = *std::move(options);
  call.manager = ManagerOf(request, call.options);
  // An object of a namespaced kind has a namespace.
  if (call.resource->namespaced && call.info.ns.empty() &&
      (!call.info.name.empty() || request.method == "POST")) {
    return Error(404, "the server could not find the requested resource");
  }
  return call;
}

absl::Status ApiHandler::HandleResource(const http::ServerRequest& request,
                                        const RequestFault& fault,
                                        http::ResponseWriter& writer) {
  KAITO_ASSIGN_OR_RETURN(Call call, CallOf(request));
  if (fault.stale_versions > 0) {
    call.options.resource_version = absl::StrCat(
        std::max<int64_t>(1, store_.version() - fault.stale_versions));
    call.options.resource_version_match = "Exact";
  }
  if (IsStream(call.info.subresource)) {
    return HandleStream(call, request, writer);
  }
  if (request.method == "GET" || request.method == "HEAD") {
    return HandleRead(call, request, writer);
  }
  KAITO_ASSIGN_OR_RETURN(const Form form, FormOf(request));
  KAITO_ASSIGN_OR_RETURN(const Answer answer, HandleWrite(call, request));
  if (fault.lose_answer) {
    // Dropped before its end: the connection breaks.
    writer.Stream(200, {}).status().IgnoreError();
    return absl::OkStatus();
  }
  if (form.yaml) {
    SendText(writer, answer.code, "application/yaml",
             yaml::Write(answer.object), answer.warnings);
    return absl::OkStatus();
  }
  const bool is_object =
      answer.object.StringAt({"kind"}) == call.resource->kind;
  SendJson(writer, answer.code,
           is_object ? Render(*call.resource, form, call.options.include_object,
                              answer.object, clock_.Now())
                     : answer.object,
           answer.warnings);
  return absl::OkStatus();
}

absl::Status ApiHandler::HandleRead(const Call& call,
                                    const http::ServerRequest& request,
                                    http::ResponseWriter& writer) {
  if (call.info.subresource == "log") {
    KAITO_ASSIGN_OR_RETURN(
        PodLogQuery query,
        ReadLogQuery(call, request.target.query, verbs_, clock_.Now()));
    if (logs_ == nullptr) {
      return Error(501, "no node agent runs here, so pods have no logs");
    }
    logs_(std::move(query), std::move(writer));
    return absl::OkStatus();
  }
  if (call.resource->answer != nullptr || call.info.subresource == "binding" ||
      call.info.subresource == "finalize") {
    return Error(405,
                 "the server does not allow this method on the requested "
                 "resource");
  }
  KAITO_ASSIGN_OR_RETURN(const Form form, FormOf(request));
  if (call.options.watch) return HandleWatch(call, form, writer);
  if (call.info.name.empty()) {
    KAITO_ASSIGN_OR_RETURN(std::string text,
                           List(store_, call, form, clock_.Now()));
    SendText(writer, 200, "application/json", std::move(text));
    return absl::OkStatus();
  }
  if (form.kind == Form::Kind::kObject && !form.yaml &&
      call.info.subresource != "scale") {
    // The stored text is the answer.
    std::optional<StoredObject> stored;
    KAITO_RETURN_IF_ERROR(store_.ReadOne(
        KeyOf(*call.resource, call.info.ns, call.info.name), stored));
    if (!stored.has_value()) {
      return ToStatus(
          api::NotFoundStatus(call.resource->gvr(), call.info.name));
    }
    KAITO_ASSIGN_OR_RETURN(std::string text,
                           TextFromStored(*call.resource, stored->body));
    SendText(writer, 200, "application/json", std::move(text));
    return absl::OkStatus();
  }
  KAITO_ASSIGN_OR_RETURN(const Answer answer, verbs_.Get(call));
  if (form.yaml) {
    SendText(writer, 200, "application/yaml", yaml::Write(answer.object));
    return absl::OkStatus();
  }
  SendJson(writer, 200,
           Render(*call.resource, form, call.options.include_object,
                  answer.object, clock_.Now()));
  return absl::OkStatus();
}

absl::Status ApiHandler::HandleStream(const Call& call,
                                      const http::ServerRequest& request,
                                      http::ResponseWriter& writer) {
  if (call.info.subresource != "attach" || attach_ == nullptr) {
    return NoStreamsStatus(call.info.subresource);
  }
  KAITO_ASSIGN_OR_RETURN(
      PodLogQuery query,
      ReadLogQuery(call, request.target.query, verbs_, clock_.Now()));
  attach_(std::move(query), std::move(writer));
  return absl::OkStatus();
}

absl::Status ApiHandler::HandleWatch(const Call& call, const Form& form,
                                     http::ResponseWriter& writer) {
  KAITO_ASSIGN_OR_RETURN(
      WatchRequest watch,
      PrepareWatch(store_, call, form, ids_.Number(kWatchSecondsSpread),
                   clock_.Now()));
  absl::StatusOr<http::BodyStream> stream =
      writer.Stream(200, {{"Content-Type", "application/json"},
                          {"Cache-Control", "no-cache, private"}});
  // Else the client has gone.
  if (stream.ok()) hub_.Add(std::move(watch), *std::move(stream));
  return absl::OkStatus();
}

absl::StatusOr<Answer> ApiHandler::HandleWrite(
    const Call& call, const http::ServerRequest& request) {
  const std::string& method = request.method;
  KAITO_ASSIGN_OR_RETURN(json::Value body, ParseBody(request));
  const bool collection = call.info.name.empty();
  if (call.resource->answer != nullptr && method != "POST") {
    return Error(405,
                 "the server does not allow this method on the requested "
                 "resource");
  }
  if (method == "POST" && (collection || call.info.subresource == "binding")) {
    return verbs_.Create(call, std::move(body));
  }
  if (method == "PUT" && !collection) {
    return verbs_.Update(call, std::move(body));
  }
  if (method == "PATCH" && !collection) {
    const std::optional<PatchKind> kind = PatchKindOf(MediaTypeOf(request));
    if (!kind.has_value()) {
      return Error(415,
                   absl::StrCat("patches are application/json-patch+json, "
                                "application/merge-patch+json, "
                                "application/strategic-merge-patch+json or "
                                "application/apply-patch+yaml, not ",
                                MediaTypeOf(request)));
    }
    return verbs_.Patch(call, *kind, body);
  }
  if (method == "DELETE" && call.info.subresource.empty()) {
    KAITO_ASSIGN_OR_RETURN(const DeletionOptions options,
                           ParseDeletionOptions(body, request.target.query));
    return collection ? verbs_.DeleteCollection(call, options)
                      : verbs_.Delete(call, options);
  }
  return Error(405,
               "the server does not allow this method on the requested "
               "resource");
}

}  // namespace kaito::apiserver

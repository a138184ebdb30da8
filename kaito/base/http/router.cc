#include "kaito/base/http/router.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/http/error_body.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/server.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::http {
namespace {

absl::Status Malformed(absl::string_view pattern, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("route \"", pattern, "\": ", why));
}

}  // namespace

absl::Status Router::ParsePattern(absl::string_view pattern, Route& route) {
  if (!absl::StartsWith(pattern, "/")) {
    return Malformed(pattern, "begins without '/'");
  }
  std::set<std::string> names;
  for (absl::string_view text : absl::StrSplit(pattern.substr(1), '/')) {
    if (!route.segments.empty() && route.segments.back().kind == Kind::kRest) {
      return Malformed(pattern, "goes on after {…...}");
    }
    Segment segment;
    if (absl::StartsWith(text, "{") && absl::EndsWith(text, "}")) {
      text = text.substr(1, text.size() - 2);
      segment.kind =
          absl::ConsumeSuffix(&text, "...") ? Kind::kRest : Kind::kParameter;
      if (text.empty() || !names.insert(std::string(text)).second) {
        return Malformed(pattern, "a parameter has no name, or another's");
      }
    }
    if (text.find_first_of("{}") != absl::string_view::npos) {
      return Malformed(pattern, "braces stand around whole segments only");
    }
    segment.text = std::string(text);
    absl::StrAppend(&route.shape, "/",
                    segment.kind == Kind::kLiteral     ? segment.text
                    : segment.kind == Kind::kParameter ? "{}"
                                                       : "{...}");
    route.segments.push_back(std::move(segment));
  }
  return absl::OkStatus();
}

// The earliest segment of another kind decides.
bool Router::Before(const Route& a, const Route& b) {
  const size_t both = std::min(a.segments.size(), b.segments.size());
  for (size_t i = 0; i < both; ++i) {
    if (a.segments[i].kind != b.segments[i].kind) {
      return a.segments[i].kind < b.segments[i].kind;
    }
  }
  return a.segments.size() > b.segments.size();
}

absl::Status Router::Add(absl::string_view method, absl::string_view pattern,
                         Handler handler) {
  Route route;
  KAITO_RETURN_IF_ERROR(ParsePattern(pattern, route));
  auto known =
      std::find_if(routes_.begin(), routes_.end(),
                   [&](const Route& r) { return r.shape == route.shape; });
  if (known == routes_.end()) {
    known = routes_.insert(
        std::upper_bound(routes_.begin(), routes_.end(), route, Before),
        std::move(route));
  }
  if (!known->handlers.emplace(std::string(method), std::move(handler))
           .second) {
    return absl::AlreadyExistsError(
        absl::StrCat("route \"", pattern, "\": ", method, " was added before"));
  }
  return absl::OkStatus();
}

bool Router::Fits(const Route& route, const ServerRequest& request) {
  const std::vector<std::string>& path = request.target.segments;
  for (size_t i = 0; i < route.segments.size(); ++i) {
    const Segment& segment = route.segments[i];
    if (segment.kind == Kind::kRest) return path.size() > i;
    if (i >= path.size()) return false;
    const bool fits = segment.kind == Kind::kLiteral ? path[i] == segment.text
                                                     : !path[i].empty();
    if (!fits) return false;
  }
  return path.size() == route.segments.size();
}

std::map<std::string, std::string> Router::ParametersOf(
    const Route& route, const ServerRequest& request) {
  const std::vector<std::string>& path = request.target.segments;
  std::map<std::string, std::string> parameters;
  for (size_t i = 0; i < route.segments.size(); ++i) {
    const Segment& segment = route.segments[i];
    if (segment.kind == Kind::kParameter) {
      parameters[segment.text] = path[i];
    } else if (segment.kind == Kind::kRest) {
      parameters[segment.text] = absl::StrJoin(
          path.begin() + static_cast<std::ptrdiff_t>(i), path.end(), "/");
    }
  }
  return parameters;
}

const Router::Route* Router::Find(const ServerRequest& request) const {
  for (const Route& route : routes_) {
    if (Fits(route, request)) return &route;
  }
  return nullptr;
}

void Router::Handle(const ServerRequest& request,
                    ResponseWriter& writer) const {
  const Route* route = Find(request);
  if (route == nullptr) {
    writer.SendError(404, "no such path").IgnoreError();  // Client gone.
    return;
  }
  auto found = route->handlers.find(request.method);
  if (found == route->handlers.end() && request.method == "HEAD") {
    found = route->handlers.find("GET");
  }
  if (found != route->handlers.end()) {
    found->second(
        {.request = request, .parameters = ParametersOf(*route, request)},
        writer);
    return;
  }
  std::vector<absl::string_view> allowed;
  for (const auto& [method, handler] : route->handlers) {
    allowed.push_back(method);
    if (method == "GET") allowed.push_back("HEAD");
  }
  Headers headers = ErrorHeaders();
  headers.Set("Allow", absl::StrJoin(allowed, ", "));
  writer
      .Send({.code = 405,
             .headers = std::move(headers),
             .body = ErrorBody(405, "the path does not take this method")})
      .IgnoreError();  // Client gone.
}

::kaito::http::Handler Router::AsHandler() && {
  // Shared: a std::function must be copyable.
  const auto router = std::make_shared<const Router>(std::move(*this));
  return [router](const ServerRequest& request, ResponseWriter& writer) {
    router->Handle(request, writer);
  };
}

}  // namespace kaito::http

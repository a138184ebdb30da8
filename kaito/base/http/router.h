#ifndef KAITO_BASE_HTTP_ROUTER_H_
#define KAITO_BASE_HTTP_ROUTER_H_

// Chooses a handler by method and path. Patterns:
//
//   /healthz                      exactly this
//   /api/{version}/pods/{name}    {…} is one segment, not empty, decoded
//   /files/{path...}              the rest, at the end only; may be empty, and
//                                 may hold '/'
//
// Where several fit, the one with the earliest literal segment wins, then {…},
// then {…...}; the order of adding does not matter. A path that fits no pattern
// gets 404; one that fits, but not with this method, 405 with Allow. GET answers
// HEAD too. "/a/" is another path than "/a".
//
//   router.Add("GET", "/pods/{name}", [](const RoutedRequest& request,
//                                        ResponseWriter& writer) {
//     … request.parameters.at("name") …
//   });

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/server.h"
#include "kaito/base/http/server_request.h"

namespace kaito::http {

struct RoutedRequest {
  const ServerRequest& request;  // Gone when the handler returns.
  std::map<std::string, std::string> parameters;
};

class Router {
 public:
  using Handler = std::function<void(const RoutedRequest&, ResponseWriter&)>;

  // InvalidArgument for a malformed pattern; AlreadyExists where method and
  // pattern were added before, whatever its parameters are called.
  absl::Status Add(absl::string_view method, absl::string_view pattern,
                   Handler handler);

  // Thread-safe as long as nothing is added.
  void Handle(const ServerRequest& request, ResponseWriter& writer) const;

  // For Server::Start.
  ::kaito::http::Handler AsHandler() &&;

 private:
  // In the order of preference.
  enum class Kind { kLiteral, kParameter, kRest };

  struct Segment {
    Kind kind = Kind::kLiteral;
    std::string text;  // The literal, or the parameter's name.
  };

  struct Route {
    std::string shape;  // The pattern without its parameters' names.
    std::vector<Segment> segments;
    std::map<std::string, Handler> handlers;  // By method.
  };

  static absl::Status ParsePattern(absl::string_view pattern, Route& route);
  static bool Fits(const Route& route, const ServerRequest& request);
  static bool Before(const Route& a, const Route& b);
  static std::map<std::string, std::string> ParametersOf(
      const Route& route, const ServerRequest& request);
  const Route* Find(const ServerRequest& request) const;

  std::vector<Route> routes_;  // Sorted by Before().
};

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_ROUTER_H_

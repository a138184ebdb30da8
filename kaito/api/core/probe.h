#ifndef KAITO_API_CORE_PROBE_H_
#define KAITO_API_CORE_PROBE_H_

// Probes and hooks of a container.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kaito/api/meta/int_or_string.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

struct ExecAction {
  std::vector<std::string> command;
  json::Object others;

  bool operator==(const ExecAction& other) const = default;
};

struct HttpHeader {
  std::string name;
  std::string value;
  json::Object others;

  bool operator==(const HttpHeader& other) const = default;
};

struct HttpGetAction {
  std::string path;
  IntOrString port;
  std::string host;    // Empty: the pod's address.
  std::string scheme;  // Empty: HTTP.
  std::vector<HttpHeader> http_headers;
  json::Object others;

  bool operator==(const HttpGetAction& other) const = default;
};

struct TcpSocketAction {
  IntOrString port;
  std::string host;
  json::Object others;

  bool operator==(const TcpSocketAction& other) const = default;
};

// Zero in a number means the API's default, which servers fill in: a period of
// 10 s, a timeout of 1 s, success after 1 pass, failure after 3.
struct Probe {
  std::optional<ExecAction> exec;
  std::optional<HttpGetAction> http_get;
  std::optional<TcpSocketAction> tcp_socket;
  int32_t initial_delay_seconds = 0;
  int32_t timeout_seconds = 0;
  int32_t period_seconds = 0;
  int32_t success_threshold = 0;
  int32_t failure_threshold = 0;
  std::optional<int64_t> termination_grace_period_seconds;
  json::Object others;

  bool operator==(const Probe& other) const = default;
};

struct LifecycleHandler {
  std::optional<ExecAction> exec;
  std::optional<HttpGetAction> http_get;
  std::optional<TcpSocketAction> tcp_socket;
  json::Object others;

  bool operator==(const LifecycleHandler& other) const = default;
};

struct Lifecycle {
  std::optional<LifecycleHandler> post_start;
  std::optional<LifecycleHandler> pre_stop;
  json::Object others;

  bool operator==(const Lifecycle& other) const = default;
};

const StructType& Describe(const ExecAction*);
const StructType& Describe(const HttpHeader*);
const StructType& Describe(const HttpGetAction*);
const StructType& Describe(const TcpSocketAction*);
const StructType& Describe(const Probe*);
const StructType& Describe(const LifecycleHandler*);
const StructType& Describe(const Lifecycle*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_PROBE_H_

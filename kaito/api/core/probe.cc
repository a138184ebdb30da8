#include "kaito/api/core/probe.h"

#include "kaito/api/core/open_struct.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

const StructType& Describe(const ExecAction*) {
  static const StructType& type = OpenStruct<ExecAction>(
      "A command run in the container.",
      {Of("command", &ExecAction::command, "Program and arguments.")});
  return type;
}

const StructType& Describe(const HttpHeader*) {
  using T = HttpHeader;
  static const StructType& type =
      OpenStruct<T>("A header of a request.",
                    {Of("name", &T::name, "Its name.").Required().Always(),
                     Of("value", &T::value, "Its value.").Required().Always()});
  return type;
}

const StructType& Describe(const HttpGetAction*) {
  using T = HttpGetAction;
  static const StructType& type = OpenStruct<T>(
      "An HTTP request.",
      {Of("path", &T::path, "Path of the URL."),
       Of("port", &T::port, "Number or name of the port.").Required(),
       Of("host", &T::host, "Instead of the pod's address."),
       Of("scheme", &T::scheme, "HTTP or HTTPS."),
       Of("httpHeaders", &T::http_headers, "Headers to send.")});
  return type;
}

const StructType& Describe(const TcpSocketAction*) {
  using T = TcpSocketAction;
  static const StructType& type = OpenStruct<T>(
      "A connection that is opened.",
      {Of("port", &T::port, "Number or name of the port.").Required(),
       Of("host", &T::host, "Instead of the pod's address.")});
  return type;
}

const StructType& Describe(const Probe*) {
  using T = Probe;
  static const StructType& type = OpenStruct<T>(
      "A check that is repeated.",
      {Of("exec", &T::exec, "Passes where the command exits with 0."),
       Of("httpGet", &T::http_get, "Passes where 200 to 399 is answered."),
       Of("tcpSocket", &T::tcp_socket, "Passes where it connects."),
       Of("initialDelaySeconds", &T::initial_delay_seconds,
          "Wait before the first."),
       Of("timeoutSeconds", &T::timeout_seconds, "How long one may take."),
       Of("periodSeconds", &T::period_seconds, "Time between two."),
       Of("successThreshold", &T::success_threshold,
          "Passes in a row that make it good."),
       Of("failureThreshold", &T::failure_threshold,
          "Failures in a row that make it bad."),
       Of("terminationGracePeriodSeconds", &T::termination_grace_period_seconds,
          "Time to end in after a failure.")});
  return type;
}

const StructType& Describe(const LifecycleHandler*) {
  using T = LifecycleHandler;
  static const StructType& type = OpenStruct<T>(
      "A hook.", {Of("exec", &T::exec, "A command to run."),
                  Of("httpGet", &T::http_get, "A request to send."),
                  Of("tcpSocket", &T::tcp_socket, "Not in use any more.")});
  return type;
}

const StructType& Describe(const Lifecycle*) {
  using T = Lifecycle;
  static const StructType& type = OpenStruct<T>(
      "Hooks around a container's life.",
      {Of("postStart", &T::post_start, "Run right after its start."),
       Of("preStop", &T::pre_stop, "Run before it is told to end.")});
  return type;
}

}  // namespace kaito::api

#ifndef KAITO_BASE_HTTP_PYTHON_SERVER_H_
#define KAITO_BASE_HTTP_PYTHON_SERVER_H_

// A Python script that serves on a port of its own choice: the independent
// party of the client's tests. Ends with this object, or with the test's
// process.

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kaito::http {

class PythonServer {
 public:
  // Runs the script and waits until it has printed its port. Aborts the test
  // where it does not.
  explicit PythonServer(const std::string& script,
                        const std::vector<std::string>& arguments = {});
  ~PythonServer();
  PythonServer(const PythonServer&) = delete;
  PythonServer& operator=(const PythonServer&) = delete;

  int port() const { return port_; }
  std::string Url(absl::string_view path,
                  absl::string_view scheme = "http") const;

 private:
  int port_ = 0;
  int stdin_ = -1;
  pid_t pid_ = -1;
};

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_PYTHON_SERVER_H_

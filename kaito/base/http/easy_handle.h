#ifndef KAITO_BASE_HTTP_EASY_HANDLE_H_
#define KAITO_BASE_HTTP_EASY_HANDLE_H_

// libcurl's easy handle for one request: all its options are set here, and its
// callbacks arrive as virtual calls. Private to the client; the I/O thread
// only.

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "curl/curl.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/message.h"

namespace kaito::http {

class EasyHandle {
 public:
  // Called inside calls to libcurl, which must not be called back.
  class Events {
   public:
    virtual ~Events() = default;
    // A line of a header without its line break; empty at its end. False ends
    // the transfer.
    virtual bool OnHeaderLine(absl::string_view line) = 0;
    // The number of bytes taken: all, or CURL_WRITEFUNC_PAUSE, else it ends.
    virtual size_t OnBody(absl::string_view data) = 0;
    // The number of bytes given, or CURL_READFUNC_PAUSE.
    virtual size_t OnUpload(char* buffer, size_t size) = 0;
    // The address policy refused an address.
    virtual void OnRefusal(absl::Status why) = 0;
  };

  // All of these live as long as the handle. `request` has a valid URL.
  static absl::StatusOr<std::unique_ptr<EasyHandle>> Create(
      const Request& request, const ClientOptions& options, Events& events);
  ~EasyHandle();
  EasyHandle(const EasyHandle&) = delete;
  EasyHandle& operator=(const EasyHandle&) = delete;

  // Begins. It runs until libcurl reports its end or the handle is destroyed.
  absl::Status AddTo(CURLM* multi);

  // Lets both directions go on, but for those that are still held.
  CURLcode Resume(bool hold_download, bool hold_upload);

  int response_code() const;
  // Whether any byte of the request may have left.
  bool was_sent() const;
  // libcurl's text for the last error, or empty.
  absl::string_view error() const { return error_; }
  CURL* get() const { return easy_; }

 private:
  EasyHandle(const Request& request, const ClientOptions& options,
             Events& events);

  template <typename Value>
  void Set(CURLoption option, Value value);
  void SetBlob(CURLoption option, absl::string_view bytes);
  void AddHeader(const std::string& line);
  absl::Status SetUp();
  absl::Status SetUpTarget();
  void SetUpBody();
  void SetUpHeaders();
  void SetUpTls();
  void SetUpConnection();
  void SetUpCallbacks();

  static size_t HeaderCallback(char* data, size_t size, size_t count,
                               void* self);
  static size_t BodyCallback(char* data, size_t size, size_t count, void* self);
  static size_t UploadCallback(char* data, size_t size, size_t count,
                               void* self);
  static curl_socket_t OpenSocketCallback(void* self, curlsocktype purpose,
                                          curl_sockaddr* address);
  static int SocketOptionCallback(void* self, curl_socket_t socket,
                                  curlsocktype purpose);

  const Request& request_;
  const ClientOptions& options_;
  Events& events_;
  CURL* const easy_;
  CURLM* multi_ = nullptr;
  curl_slist* headers_ = nullptr;
  curl_slist* connect_to_ = nullptr;
  CURLcode first_error_ = CURLE_OK;  // Of setting options.
  char error_[CURL_ERROR_SIZE] = "";
};

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_EASY_HANDLE_H_

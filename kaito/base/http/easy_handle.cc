#include "kaito/base/http/easy_handle.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "curl/curl.h"
#include "kaito/base/http/address_policy.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/curl_error.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/socket_options.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/url/url.h"

namespace kaito::http {
namespace {

// Per transfer; libcurl hands over the body in pieces of at most this.
constexpr long kBufferBytes = 64 << 10;  // NOLINT: libcurl's type.

EasyHandle& Self(void* self) { return *static_cast<EasyHandle*>(self); }

std::string AddressText(const curl_sockaddr& address) {
  char text[INET6_ADDRSTRLEN] = "";
  const sockaddr* generic = &address.addr;
  const void* bytes = nullptr;
  if (address.family == AF_INET6) {
    bytes = &reinterpret_cast<const sockaddr_in6*>(generic)->sin6_addr;
  } else {
    bytes = &reinterpret_cast<const sockaddr_in*>(generic)->sin_addr;
  }
  inet_ntop(address.family, bytes, text, sizeof(text));
  return text;
}

}  // namespace

absl::StatusOr<std::unique_ptr<EasyHandle>> EasyHandle::Create(
    const Request& request, const ClientOptions& options, Events& events) {
  auto handle = absl::WrapUnique(new EasyHandle(request, options, events));
  if (handle->easy_ == nullptr) {
    return absl::ResourceExhaustedError("libcurl: no memory for a request");
  }
  KAITO_RETURN_IF_ERROR(handle->SetUp());
  return handle;
}

EasyHandle::EasyHandle(const Request& request, const ClientOptions& options,
                       Events& events)
    : request_(request),
      options_(options),
      events_(events),
      easy_(curl_easy_init()) {}

EasyHandle::~EasyHandle() {
  if (multi_ != nullptr) curl_multi_remove_handle(multi_, easy_);
  curl_easy_cleanup(easy_);
  curl_slist_free_all(headers_);
  curl_slist_free_all(connect_to_);
}

absl::Status EasyHandle::AddTo(CURLM* multi) {
  const CURLMcode code = curl_multi_add_handle(multi, easy_);
  if (code != CURLM_OK) {
    return absl::InternalError(
        absl::StrCat("libcurl: ", curl_multi_strerror(code)));
  }
  multi_ = multi;
  return absl::OkStatus();
}

CURLcode EasyHandle::Resume(bool hold_download, bool hold_upload) {
  return curl_easy_pause(easy_, (hold_download ? CURLPAUSE_RECV : 0) |
                                    (hold_upload ? CURLPAUSE_SEND : 0));
}

int EasyHandle::response_code() const {
  long code = 0;  // NOLINT: libcurl's type.
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &code);
  return static_cast<int>(code);
}

bool EasyHandle::was_sent() const {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy_, CURLINFO_PRETRANSFER_TIME_T, &microseconds);
  return microseconds > 0;
}

template <typename Value>
void EasyHandle::Set(CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy_, option, value);
  if (first_error_ == CURLE_OK) first_error_ = code;
}

// `bytes` outlives the handle.
void EasyHandle::SetBlob(CURLoption option, absl::string_view bytes) {
  curl_blob blob = {.data = const_cast<char*>(bytes.data()),
                    .len = bytes.size(),
                    .flags = CURL_BLOB_NOCOPY};
  Set(option, &blob);
}

void EasyHandle::AddHeader(const std::string& line) {
  curl_slist* longer = curl_slist_append(headers_, line.c_str());
  if (longer != nullptr) {
    headers_ = longer;
  } else {
    first_error_ = CURLE_OUT_OF_MEMORY;
  }
}

absl::Status EasyHandle::SetUp() {
  SetUpCallbacks();
  SetUpConnection();
  SetUpTls();
  SetUpBody();
  SetUpHeaders();
  KAITO_RETURN_IF_ERROR(SetUpTarget());
  Set(CURLOPT_HTTPHEADER, headers_);
  return CurlError(first_error_, error_, "libcurl: set option");
}

absl::Status EasyHandle::SetUpTarget() {
  Set(CURLOPT_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_FOLLOWLOCATION, 0L);
  if (options_.server_name.empty()) {
    Set(CURLOPT_URL, request_.url.c_str());
    return absl::OkStatus();
  }
  // libcurl takes the name for SNI and verification from the URL; so the URL
  // gets it, the connection goes to where the URL pointed, and Host stays.
  KAITO_ASSIGN_OR_RETURN(const Url url, Url::Parse(request_.url));
  const std::string renamed = absl::StrCat(
      url.scheme(), "://", url.userinfo(), url.userinfo().empty() ? "" : "@",
      options_.server_name, ":", url.port(), url.PathAndQuery());
  Set(CURLOPT_URL, renamed.c_str());
  const bool v6 = url.host_type() == Url::HostType::kIpv6;
  connect_to_ = curl_slist_append(
      nullptr,
      absl::StrCat(options_.server_name, ":", url.port(), ":", v6 ? "[" : "",
                   url.host(), v6 ? "]" : "", ":", url.port())
          .c_str());
  Set(CURLOPT_CONNECT_TO, connect_to_);
  if (!request_.headers.Has("Host")) {
    AddHeader(absl::StrCat("Host: ", url.HostHeader()));
  }
  return absl::OkStatus();
}

void EasyHandle::SetUpBody() {
  if (request_.producer != nullptr) {
    Set(CURLOPT_UPLOAD, 1L);
    Set(CURLOPT_INFILESIZE_LARGE,
        static_cast<curl_off_t>(request_.produced_bytes));
  } else if (!request_.body.empty() || request_.method == "POST" ||
             request_.method == "PUT" || request_.method == "PATCH") {
    Set(CURLOPT_POST, 1L);
    Set(CURLOPT_POSTFIELDSIZE_LARGE,
        static_cast<curl_off_t>(request_.body.size()));
    Set(CURLOPT_POSTFIELDS, request_.body.data());
  } else if (request_.method == "HEAD") {
    Set(CURLOPT_NOBODY, 1L);
  }
  Set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

void EasyHandle::SetUpHeaders() {
  for (const auto& [name, value] : request_.headers) {
    // libcurl's spelling of an empty value; with ':' it would remove a header.
    AddHeader(value.empty() ? absl::StrCat(name, ";")
                            : absl::StrCat(name, ": ", value));
  }
  // libcurl would add a form's type, and wait a second for "100 Continue".
  for (const char* unwanted : {"Content-Type", "Expect"}) {
    if (!request_.headers.Has(unwanted)) AddHeader(absl::StrCat(unwanted, ":"));
  }
  if (!request_.headers.Has("User-Agent")) {
    Set(CURLOPT_USERAGENT, options_.user_agent.c_str());
  }
  if (request_.accept_gzip) Set(CURLOPT_ACCEPT_ENCODING, "gzip");
}

void EasyHandle::SetUpTls() {
  Set(CURLOPT_SSL_VERIFYPEER, 1L);
  Set(CURLOPT_SSL_VERIFYHOST, 2L);
  Set(CURLOPT_SSLVERSION,
      static_cast<long>(CURL_SSLVERSION_TLSv1_2));  // NOLINT
  if (!options_.ca_pem.empty()) {
    SetBlob(CURLOPT_CAINFO_BLOB, options_.ca_pem);
    // Else libcurl would trust the system's authorities as well.
    Set(CURLOPT_CAINFO, static_cast<const char*>(nullptr));
    Set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  const tls::KeyedCertificate& own = options_.client_certificate;
  if (!own.certificate_pem.empty()) {
    Set(CURLOPT_SSLCERTTYPE, "PEM");
    SetBlob(CURLOPT_SSLCERT_BLOB, own.certificate_pem);
    SetBlob(CURLOPT_SSLKEY_BLOB, own.key_pem.Reveal());
  }
}

void EasyHandle::SetUpConnection() {
  Set(CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(  // NOLINT: libcurl's type.
          absl::ToInt64Milliseconds(options_.connect_timeout)));
  Set(CURLOPT_NOSIGNAL, 1L);
  // Without it, ending a request waits for its name resolution, in the thread
  // that serves all the others.
  Set(CURLOPT_QUICK_EXIT, 1L);
  Set(CURLOPT_BUFFERSIZE, kBufferBytes);
  Set(CURLOPT_HTTP_VERSION,
      static_cast<long>(options_.http2 ? CURL_HTTP_VERSION_2TLS  // NOLINT
                                       : CURL_HTTP_VERSION_1_1));
  // A second request waits to learn whether it can share the first's
  // connection; without TLS it never can.
  Set(CURLOPT_PIPEWAIT,
      options_.http2 && request_.url.rfind("https", 0) == 0 ? 1L : 0L);
  Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  switch (options_.proxy_from) {
    case ProxyFrom::kNowhere:
      Set(CURLOPT_PROXY, "");
      break;
    case ProxyFrom::kEnvironment:
      break;
    case ProxyFrom::kUrl:
      Set(CURLOPT_PROXY, options_.proxy_url.c_str());
      Set(CURLOPT_NOPROXY, "");
      break;
  }
}

void EasyHandle::SetUpCallbacks() {
  Set(CURLOPT_ERRORBUFFER, error_);
  Set(CURLOPT_HEADERFUNCTION, &HeaderCallback);
  Set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  Set(CURLOPT_WRITEFUNCTION, &BodyCallback);
  Set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  Set(CURLOPT_READFUNCTION, &UploadCallback);
  Set(CURLOPT_READDATA, static_cast<void*>(this));
  Set(CURLOPT_OPENSOCKETFUNCTION, &OpenSocketCallback);
  Set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  Set(CURLOPT_SOCKOPTFUNCTION, &SocketOptionCallback);
}

size_t EasyHandle::HeaderCallback(char* data, size_t size, size_t count,
                                  void* self) {
  absl::string_view line(data, size * count);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) {
    line.remove_suffix(1);
  }
  return Self(self).events_.OnHeaderLine(line) ? size * count : 0;
}

size_t EasyHandle::BodyCallback(char* data, size_t size, size_t count,
                                void* self) {
  return Self(self).events_.OnBody(absl::string_view(data, size * count));
}

size_t EasyHandle::UploadCallback(char* data, size_t size, size_t count,
                                  void* self) {
  return Self(self).events_.OnUpload(data, size * count);
}

curl_socket_t EasyHandle::OpenSocketCallback(void* self, curlsocktype purpose,
                                             curl_sockaddr* address) {
  if (address->family != AF_INET && address->family != AF_INET6) {
    return CURL_SOCKET_BAD;
  }
  const AddressPolicy& policy = Self(self).options_.address_policy;
  if (policy != nullptr) {
    absl::Status allowed = policy(AddressText(*address));
    if (!allowed.ok()) {
      Self(self).events_.OnRefusal(std::move(allowed));
      return CURL_SOCKET_BAD;
    }
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC,
                address->protocol);
}

int EasyHandle::SocketOptionCallback(void* self, curl_socket_t socket,
                                     curlsocktype purpose) {
  SetKeepalive(socket);
  return CURL_SOCKOPT_OK;
}

}  // namespace kaito::http

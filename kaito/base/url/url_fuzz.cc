// What is read must be written so that it reads the same; what a reference
// resolves to must be a URL, with its dots gone; and no host may be one address
// to us and another to inet_aton().
#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/url/address.h"
#include "kaito/base/url/url.h"

namespace {

void CheckUrl(const kaito::Url& url) {
  const auto again = kaito::Url::Parse(url.ToString());
  if (!again.ok() || !(*again == url)) std::abort();
  in_addr address;
  const bool v4 = url.host_type() == kaito::Url::HostType::kIpv4;
  if ((inet_aton(url.host().c_str(), &address) != 0) != v4) std::abort();
  for (const char c : url.ToString()) {
    if (c <= ' ' || c > '~' || c == '\\') std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto url = kaito::Url::Parse(text);
  if (url.ok()) {
    CheckUrl(*url);
    (void)kaito::HostLooksLocal(url->host());
  }
  const auto resolved =
      kaito::Url::Parse("https://u:p@a.b:1/c/d?e")->Resolve(text);
  if (resolved.ok()) {
    CheckUrl(*resolved);
    if (absl::StrContains(absl::StrCat(resolved->path(), "/"), "/../")) {
      std::abort();
    }
  } else if (url.ok()) {
    std::abort();  // An absolute URL is a reference, too.
  }
  return 0;
}

// libparquet exports the whole of an OpenSSL that its wheel was built with. A
// program that links it runs its TLS on that copy, or on a mixture of two. With
// the plug-in open, every name must still come from the system's libcrypto.
// Fails as soon as @arrow//:parquet is linked into this program directly
// (tried).
#include <dlfcn.h>

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "openssl/evp.h"
#include "openssl/ssl.h"
#include "third_party/arrow/chat_plugin_testutil.h"

namespace kaito {
namespace {

std::string* plugin;
std::string* data;

// The file that the program's own references to `symbol` are bound to.
std::string Provider(const char* symbol) {
  Dl_info info = {};
  void* address = dlsym(RTLD_DEFAULT, symbol);
  return address != nullptr && dladdr(address, &info) != 0 ? info.dli_fname
                                                           : "";
}

void ExpectDebians(const char* when) {
  for (const char* symbol : {"EVP_MD_fetch", "EVP_DigestInit_ex",
                             "OPENSSL_init_crypto", "X509_verify_cert"}) {
    EXPECT_NE(Provider(symbol).find("libcrypto.so"), std::string::npos)
        << when << ": " << symbol << " comes from " << Provider(symbol);
  }
  EXPECT_NE(Provider("SSL_CTX_new").find("libssl.so"), std::string::npos);
}

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, Free>;

TEST(Tls, StaysDebiansWhileTheParquetPluginIsOpen) {
  ExpectDebians("before");
  const Context before(SSL_CTX_new(TLS_client_method()));
  ASSERT_NE(before, nullptr);
  const testing::ChatAnswer answer = testing::ChatText(*plugin, *data);
  ASSERT_EQ(answer.code, 0) << answer.text;
  ExpectDebians("after");
  EXPECT_NE(Context(SSL_CTX_new(TLS_client_method())), nullptr);
  EXPECT_NE(EVP_get_digestbyname("SHA256"), nullptr);
}

}  // namespace
}  // namespace kaito

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc != 3) return 2;
  kaito::plugin = new std::string(argv[1]);
  kaito::data = new std::string(argv[2]);
  return RUN_ALL_TESTS();
}

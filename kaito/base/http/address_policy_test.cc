#include "kaito/base/http/address_policy.h"

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::http {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

TEST(PublicAddressesOnly, RefusesAllOthersAndSaysWhy) {
  KAITO_EXPECT_OK(PublicAddressesOnly("8.8.8.8"));
  KAITO_EXPECT_OK(PublicAddressesOnly("2606:4700::1111"));
  for (const char* address :
       {"127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1",
        "fd00::1", "0.0.0.0", "not an address"}) {
    EXPECT_THAT(
        PublicAddressesOnly(address),
        StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr(address)));
  }
}

}  // namespace
}  // namespace kaito::http

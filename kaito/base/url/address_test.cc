#include "kaito/base/url/address.h"

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace kaito {
namespace {

std::string ClassOf(absl::string_view text) {
  const std::optional<AddressClass> c = ClassifyAddress(text);
  return c.has_value() ? std::string(AddressClassName(*c)) : "no address";
}

struct Case {
  absl::string_view address;
  absl::string_view expected;
};

TEST(ClassifyAddress, KnowsTheRangesOfIpv4AtTheirBorders) {
  for (const auto& [address, expected] : {
           Case{"0.0.0.0", "unspecified"},
           Case{"0.255.255.255", "unspecified"},
           Case{"1.0.0.0", "public"},
           Case{"1.1.1.1", "public"},
           Case{"9.255.255.255", "public"},
           Case{"10.0.0.0", "private"},
           Case{"10.255.255.255", "private"},
           Case{"11.0.0.0", "public"},
           Case{"100.63.255.255", "public"},
           Case{"100.64.0.0", "private"},
           Case{"100.100.100.200", "private"},  // Alibaba Cloud's metadata.
           Case{"100.127.255.255", "private"},
           Case{"100.128.0.0", "public"},
           Case{"126.255.255.255", "public"},
           Case{"127.0.0.1", "loopback"},
           Case{"127.255.255.255", "loopback"},
           Case{"128.0.0.0", "public"},
           Case{"168.63.129.15", "public"},
           Case{"168.63.129.16", "link-local"},  // Azure's wire server.
           Case{"168.63.129.17", "public"},
           Case{"169.253.255.255", "public"},
           Case{"169.254.169.254", "link-local"},  // Metadata of most clouds.
           Case{"169.255.0.0", "public"},
           Case{"172.15.255.255", "public"},
           Case{"172.16.0.0", "private"},
           Case{"172.31.255.255", "private"},
           Case{"172.32.0.0", "public"},
           Case{"192.0.0.192", "reserved"},  // Oracle Cloud's metadata.
           Case{"192.0.1.0", "public"},
           Case{"192.0.2.1", "reserved"},
           Case{"192.167.255.255", "public"},
           Case{"192.168.0.1", "private"},
           Case{"192.169.0.0", "public"},
           Case{"198.17.255.255", "public"},
           Case{"198.18.0.0", "reserved"},
           Case{"198.19.255.255", "reserved"},
           Case{"198.20.0.0", "public"},
           Case{"198.51.100.7", "reserved"},
           Case{"203.0.113.7", "reserved"},
           Case{"223.255.255.255", "public"},
           Case{"224.0.0.1", "multicast"},
           Case{"239.255.255.255", "multicast"},
           Case{"240.0.0.0", "reserved"},
           Case{"255.255.255.255", "reserved"},
       }) {
    EXPECT_EQ(ClassOf(address), expected) << address;
  }
}

TEST(ClassifyAddress, KnowsTheRangesOfIpv6) {
  for (const auto& [address, expected] : {
           Case{"::", "unspecified"},
           Case{"::1", "loopback"},
           Case{"0:0:0:0:0:0:0:1", "loopback"},
           Case{"::2", "reserved"},
           Case{"::7f00:1", "reserved"},  // The deprecated compatible form.
           Case{"2606:4700:4700::1111", "public"},
           Case{"2001:4860:4860::8888", "public"},
           Case{"2001::1", "reserved"},  // Teredo.
           Case{"2001:1ff:ffff::", "reserved"},
           Case{"2001:200::", "public"},
           Case{"2001:db8::1", "reserved"},
           Case{"2001:db9::1", "public"},
           Case{"3fff:fff:ffff::1", "reserved"},
           Case{"3fff:1000::1", "public"},
           Case{"1fff:ffff::1", "reserved"},
           Case{"4000::1", "reserved"},
           Case{"100::1", "reserved"},
           Case{"fbff::1", "reserved"},
           Case{"fc00::1", "private"},
           Case{"fd00:ec2::254", "private"},  // AWS's metadata.
           Case{"fdff:ffff::1", "private"},
           Case{"fe7f::1", "reserved"},
           Case{"fe80::1", "link-local"},
           Case{"febf::1", "link-local"},
           Case{"fec0::1", "private"},
           Case{"ff02::1", "multicast"},
           Case{"FE80::A", "link-local"},
       }) {
    EXPECT_EQ(ClassOf(address), expected) << address;
  }
}

TEST(ClassifyAddress, JudgesEmbeddedIpv4AddressesAsThemselves) {
  for (const auto& [address, expected] : {
           Case{"::ffff:127.0.0.1", "loopback"},
           Case{"::ffff:7f00:1", "loopback"},
           Case{"::ffff:169.254.169.254", "link-local"},
           Case{"::ffff:8.8.8.8", "public"},
           Case{"::fffe:8.8.8.8", "reserved"},
           Case{"::ffff:0:8.8.8.8", "reserved"},
           Case{"64:ff9b::10.0.0.1", "private"},
           Case{"64:ff9b::a9fe:a9fe", "link-local"},
           Case{"64:ff9b::8.8.8.8", "public"},
           Case{"64:ff9b::1:808:808", "reserved"},
           Case{"64:ff9b:1::8.8.8.8", "private"},
           Case{"2002:7f00:1::", "loopback"},
           Case{"2002:a00:1:5::6", "private"},
           Case{"2002:808:808::1", "public"},
       }) {
    EXPECT_EQ(ClassOf(address), expected) << address;
  }
}

TEST(ClassifyAddress, TakesNoOtherFormsOfText) {
  for (absl::string_view text : {"",
                                 "localhost",
                                 "127.1",
                                 "0x7f.0.0.1",
                                 "2130706433",
                                 "0177.0.0.1",
                                 "127.0.0.01",
                                 "127.0.0.1.",
                                 "127.0.0.1 ",
                                 " 127.0.0.1",
                                 "127.0.0.256",
                                 "127.0.0.1000",
                                 "1.2.3",
                                 "1.2.3.4.5",
                                 "1..2.3",
                                 "+1.2.3.4",
                                 "[::1]",
                                 "fe80::1%eth0",
                                 "::1::",
                                 ":::",
                                 "1:2:3:4:5:6:7",
                                 "12345::",
                                 "::ffff:127.0.0.01",
                                 "::ffff:127.0.1"}) {
    EXPECT_EQ(ClassOf(text), "no address") << text;
  }
  EXPECT_EQ(ClassOf(absl::string_view("::1\0x", 5)), "no address");
  EXPECT_EQ(ClassOf(std::string(1000, '1')), "no address");
}

TEST(HostLooksLocal, KnowsNamesThatOnlyResolveInside) {
  for (absl::string_view host : {"localhost",
                                 "LOCALHOST",
                                 "localhost.",
                                 "a.b.localhost",
                                 "localhost.localdomain",
                                 "printer.local",
                                 "metadata.google.internal",
                                 "metadata.google.internal.",
                                 "instance-data.ec2.internal",
                                 "web.default.svc",
                                 "web.default.svc.cluster.local",
                                 "cluster.local",
                                 "router.home.arpa",
                                 "kubernetes",
                                 "metadata",
                                 "internal",
                                 "svc",
                                 "",
                                 "127.0.0.1",
                                 "10.1.2.3",
                                 "::1",
                                 "fe80::1",
                                 "::ffff:10.0.0.1",
                                 "2130706433",
                                 "0x7f000001",
                                 "127.1",
                                 "0177.0.0.1",
                                 "0x7f.1",
                                 "1.0x",
                                 "127.0.0.1."}) {
    EXPECT_TRUE(HostLooksLocal(host)) << host;
  }
  for (absl::string_view host :
       {"example.com", "example.com.", "notlocalhost.com", "mysvc.example",
        "a.notinternal", "internal.example.com",
        "svc.cluster.local.example.com", "8.8.8.8", "2606:4700:4700::1111",
        "huggingface.co", "1.example", "0x7f.example"}) {
    EXPECT_FALSE(HostLooksLocal(host)) << host;
  }
}

}  // namespace
}  // namespace kaito

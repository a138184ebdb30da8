#include "kaito/base/url/url.h"

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito {
namespace {

using ::kaito::testing::IsOk;
using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Normalised(absl::string_view text) {
  const auto url = Url::Parse(text);
  return url.ok() ? url->ToString() : std::string(url.status().message());
}

TEST(Url, TellsItsParts) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Url url,
      Url::Parse("HTTPS://me:p%40ss@Example.COM:8443/v2/a%2Fb?q=1&r=#frag"));
  EXPECT_EQ(url.scheme(), "https");
  EXPECT_EQ(url.userinfo(), "me:p%40ss");
  EXPECT_EQ(url.host(), "example.com");
  EXPECT_EQ(url.host_type(), Url::HostType::kName);
  EXPECT_EQ(url.port(), 8443);
  EXPECT_EQ(url.path(), "/v2/a%2Fb");
  EXPECT_EQ(url.query(), "q=1&r=");
  EXPECT_EQ(url.fragment(), "frag");
  EXPECT_EQ(url.HostHeader(), "example.com:8443");
  EXPECT_EQ(url.Origin(), "https://example.com:8443");
  EXPECT_EQ(url.PathAndQuery(), "/v2/a%2Fb?q=1&r=");
  EXPECT_EQ(url.ToString(),
            "https://me:p%40ss@example.com:8443/v2/a%2Fb?q=1&r=#frag");
  EXPECT_EQ(url.Redacted(), "https://example.com:8443/v2/a%2Fb");
}

TEST(Url, GivesDefaultsForWhatIsAbsent) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Url url, Url::Parse("http://a.b"));
  EXPECT_EQ(url.port(), 80);
  EXPECT_EQ(url.path(), "/");
  EXPECT_EQ(url.userinfo(), "");
  EXPECT_EQ(url.query(), std::nullopt);
  EXPECT_EQ(url.fragment(), std::nullopt);
  EXPECT_EQ(url.PathAndQuery(), "/");
  EXPECT_EQ(Url::Parse("https://a.b")->port(), 443);
}

TEST(Url, Normalises) {
  EXPECT_EQ(Normalised("http://a.b:80"), "http://a.b/");
  EXPECT_EQ(Normalised("http://a.b:"), "http://a.b/");
  EXPECT_EQ(Normalised("https://a.b:80"), "https://a.b:80/");
  EXPECT_EQ(Normalised("http://a.b:00443"), "http://a.b:443/");
  EXPECT_EQ(Normalised("https://a.b:443/?#"), "https://a.b/?#");
  EXPECT_EQ(Normalised("http://a_b.c."), "http://a_b.c./");
  EXPECT_EQ(Normalised("http://[2001:DB8:0:0::1]:81"),
            "http://[2001:db8::1]:81/");
  EXPECT_EQ(Normalised("http://[::FFFF:1.2.3.4]/"), "http://[::ffff:1.2.3.4]/");
  EXPECT_EQ(Normalised("http://1.2.3.4?x"), "http://1.2.3.4/?x");
  EXPECT_EQ(Normalised("http://xn--bcher-kva.example"),
            "http://xn--bcher-kva.example/");
  EXPECT_EQ(Normalised("http://1.example.2b/"), "http://1.example.2b/");
}

TEST(Url, KnowsTheTypeOfItsHost) {
  EXPECT_EQ(Url::Parse("http://1.2.3.4")->host_type(), Url::HostType::kIpv4);
  EXPECT_EQ(Url::Parse("http://[::1]")->host_type(), Url::HostType::kIpv6);
  EXPECT_EQ(Url::Parse("http://[::1]:81")->host(), "::1");
  EXPECT_EQ(Url::Parse("http://[::1]:81")->HostHeader(), "[::1]:81");
}

TEST(Url, RefusesWhatIsNoUrl) {
  for (absl::string_view text :
       {"", "http", "http:", "http:/a", "http:a", "//a/b", "/a", "a",
        "ftp://a.b", "file:///etc/passwd", "javascript:1", "http ://a.b",
        " http://a.b", "http://a.b ", "http://a.b\n", "http:\\\\a.b",
        "http://a\\b", "http://a.b\\@c.d/", "http://a.b/\\", "http://a.b/ ",
        "http://a.b/\t", "http://a.b/\x7f", "http://a.b/\xC3\xA9",
        "http://\xC3\xA9.b/", "http://a.b/<", "http://a.b/\"", "http://a.b/{x}",
        "http://a.b/|", "http://a.b/^", "http://a.b/`", "http://a.b/[",
        "http://a.b/#a#b", "http://a.b/%", "http://a.b/%2", "http://a.b/%zz",
        "http://a.b/?%", "http://a.b/?a#%4", "http://a.b/?\r\nHost:c", "://a.b",
        // Hosts.
        "http://", "http:///a", "http://:80", "http://@/", "http://u@",
        "http://?a", "http://#a", "http://a..b", "http://.a", "http://a.b..",
        "http://-a.b", "http://a-.b", "http://a%2eb", "http://a%00.b",
        "http://%61.b", "http://a b", "http://a,b", "http://a;b", "http://a*b",
        "http://u@a@b", "http://u:p@a:b@c", "http://a.b:80:80",
        // Ports.
        "http://a.b:0", "http://a.b:65536", "http://a.b:99999999999",
        "http://a.b:-1", "http://a.b:+1", "http://a.b:8o", "http://a.b: 1",
        "http://[::1]:65536",
        // IPv6.
        "http://[", "http://]", "http://[]", "http://[::1", "http://::1/",
        "http://[::1]a", "http://[::1]]", "http://[[::1]]", "http://[1.2.3.4]",
        "http://[fe80::1%25eth0]", "http://[fe80::1%eth0]", "http://[v1.a]",
        "http://a[::1]",
        // Other spellings of 127.0.0.1 and its like.
        "http://2130706433", "http://0x7f000001", "http://0x7F.1",
        "http://127.1", "http://127.0.1", "http://0177.0.0.1",
        "http://0x7f.0.0.1", "http://127.0.0.1.", "http://127.0.0.01",
        "http://256.1.1.1", "http://1.2.3.4.5", "http://a.0x1", "http://0x",
        "http://0", "http://00000000", "http://a.b.1", "http://127.0.0.0x1",
        "http://4294967296"}) {
    EXPECT_THAT(Url::Parse(text), StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
  EXPECT_THAT(Url::Parse(absl::string_view("http://a\0b", 10)), Not(IsOk()));
}

TEST(Url, BoundsSizes) {
  const std::string label(63, 'a');
  const std::string host =
      absl::StrCat(label, ".", label, ".", label, ".", std::string(61, 'a'));
  KAITO_EXPECT_OK(Url::Parse(absl::StrCat("http://", host)));
  EXPECT_THAT(Url::Parse(absl::StrCat("http://", host, "a")), Not(IsOk()));
  EXPECT_THAT(Url::Parse(absl::StrCat("http://a", label, ".b")), Not(IsOk()));
  const std::string path(16384 - 10, 'a');
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Url url,
      Url::Parse(absl::StrCat("http://a.b", path).replace(10, 1, "/")));
  EXPECT_THAT(Url::Parse(absl::StrCat(url.ToString(), "a")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("16385 bytes, more than the 16384")));
  EXPECT_THAT(url.Resolve("?aa"), Not(IsOk()));
}

TEST(Url, ShowsNoSecretsInErrors) {
  for (absl::string_view text :
       {"http://me:s3cret@a b/", "http://s3 cret@a.b", "http://a.b/?s3cret=\n",
        "http://s3cret:99999@a..b/", "http://a.b/s3cret|", "s3cret",
        "http://me:s3cret@", "http://a.b/#s3cret%"}) {
    const auto url = Url::Parse(text);
    ASSERT_THAT(url, Not(IsOk())) << text;
    EXPECT_THAT(std::string(url.status().message()), Not(HasSubstr("s3")));
  }
}

TEST(Url, GetsAndAddsQueryValues) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Url url,
                             Url::Parse("http://a.b/c?x=1%202&y=a+b&x=3&z"));
  EXPECT_EQ(url.QueryValue("x"), "1 2");
  EXPECT_EQ(url.QueryValue("y"), "a b");
  EXPECT_EQ(url.QueryValue("z"), "");
  EXPECT_EQ(url.QueryValue("w"), std::nullopt);
  KAITO_ASSERT_OK_AND_ASSIGN(const Url plain, Url::Parse("http://a.b/c#f"));
  EXPECT_EQ(plain.QueryValue("x"), std::nullopt);
  const Url more =
      plain.WithQueryValue("labelSelector", "a=b,c").WithQueryValue("p", "&");
  EXPECT_EQ(more.ToString(), "http://a.b/c?labelSelector=a%3Db%2Cc&p=%26#f");
  EXPECT_EQ(more.QueryValue("labelSelector"), "a=b,c");
  EXPECT_THAT(Url::Parse(more.ToString()),
              ::kaito::testing::IsOkAndHolds(more));
}

// RFC 3986, 5.4: "normal" and "abnormal" examples, all against one base.
TEST(Resolve, FollowsTheExamplesOfTheRfc) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Url base, Url::Parse("http://a/b/c/d;p?q"));
  struct Case {
    absl::string_view reference;
    absl::string_view expected;
  };
  for (const auto& [reference, expected] : {
           Case{"g", "http://a/b/c/g"},
           Case{"./g", "http://a/b/c/g"},
           Case{"g/", "http://a/b/c/g/"},
           Case{"/g", "http://a/g"},
           Case{"//g", "http://g/"},  // With the path that http adds.
           Case{"?y", "http://a/b/c/d;p?y"},
           Case{"g?y", "http://a/b/c/g?y"},
           Case{"#s", "http://a/b/c/d;p?q#s"},
           Case{"g#s", "http://a/b/c/g#s"},
           Case{"g?y#s", "http://a/b/c/g?y#s"},
           Case{";x", "http://a/b/c/;x"},
           Case{"g;x", "http://a/b/c/g;x"},
           Case{"g;x?y#s", "http://a/b/c/g;x?y#s"},
           Case{"", "http://a/b/c/d;p?q"},
           Case{".", "http://a/b/c/"},
           Case{"./", "http://a/b/c/"},
           Case{"..", "http://a/b/"},
           Case{"../", "http://a/b/"},
           Case{"../g", "http://a/b/g"},
           Case{"../..", "http://a/"},
           Case{"../../", "http://a/"},
           Case{"../../g", "http://a/g"},
           Case{"../../../g", "http://a/g"},
           Case{"../../../../g", "http://a/g"},
           Case{"/./g", "http://a/g"},
           Case{"/../g", "http://a/g"},
           Case{"g.", "http://a/b/c/g."},
           Case{".g", "http://a/b/c/.g"},
           Case{"g..", "http://a/b/c/g.."},
           Case{"..g", "http://a/b/c/..g"},
           Case{"./../g", "http://a/b/g"},
           Case{"./g/.", "http://a/b/c/g/"},
           Case{"g/./h", "http://a/b/c/g/h"},
           Case{"g/../h", "http://a/b/c/h"},
           Case{"g;x=1/./y", "http://a/b/c/g;x=1/y"},
           Case{"g;x=1/../y", "http://a/b/c/y"},
           Case{"g?y/./x", "http://a/b/c/g?y/./x"},
           Case{"g?y/../x", "http://a/b/c/g?y/../x"},
           Case{"g#s/./x", "http://a/b/c/g#s/./x"},
           Case{"g#s/../x", "http://a/b/c/g#s/../x"},
       }) {
    const auto url = base.Resolve(reference);
    ASSERT_THAT(url, IsOk()) << reference;
    EXPECT_EQ(url->ToString(), expected) << reference;
  }
  // The strict reading of the RFC: both are absolute, and no http URLs.
  EXPECT_THAT(base.Resolve("g:h"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(base.Resolve("http:g"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(Resolve, KeepsCredentialsFromOtherHosts) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Url base,
                             Url::Parse("https://u:p@a.b:8443/x?sig=1"));
  EXPECT_EQ(base.Resolve("/y")->ToString(), "https://u:p@a.b:8443/y");
  EXPECT_EQ(base.Resolve("//c.d/y")->ToString(), "https://c.d/y");
  EXPECT_EQ(base.Resolve("http://a.b/y")->ToString(), "http://a.b/y");
}

TEST(Resolve, ChecksTheReferenceAsParseDoes) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Url base, Url::Parse("http://[::1]:81/b"));
  EXPECT_EQ(base.Resolve("c/%41")->ToString(), "http://[::1]:81/c/%41");
  EXPECT_EQ(base.Resolve("//[::2]")->ToString(), "http://[::2]/");
  EXPECT_EQ(base.Resolve("/.//c.d/e")->ToString(), "http://[::1]:81//c.d/e");
  for (absl::string_view reference :
       {"\\\\evil", " /a", "/a b", "//127.1/", "//a:0/", "%zz", "file:/x", ":a",
        "javascript:x", "http://u@v@w/"}) {
    EXPECT_THAT(base.Resolve(reference),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << reference;
  }
}

}  // namespace
}  // namespace kaito

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/standalone/apiserver/wire/kubernetes_proto.h"
#include "kaito/standalone/apiserver/wire/proto_wire.h"

namespace kaito::apiserver {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::_;
using ::testing::HasSubstr;

std::string Pair(absl::string_view a, absl::string_view b) {
  ProtoWriter writer;
  writer.Text(1, a);
  writer.Text(2, b);
  return std::move(writer).Take();
}

std::string Envelope(absl::string_view api_version, absl::string_view kind,
                     absl::string_view raw) {
  return absl::StrCat(absl::string_view("k8s\0", 4),
                      Pair(Pair(api_version, kind), raw));
}

TEST(ProtoWire, NumbersAreAsTheSpecShowsThem) {
  ProtoWriter writer;
  writer.Varint(1, 150);
  writer.Text(2, "testing");
  const std::string text = std::move(writer).Take();
  EXPECT_EQ(text, "\x08\x96\x01\x12\x07testing");
  ProtoReader reader(text);
  ProtoReader::Field field;
  EXPECT_EQ(*reader.Next(field), true);
  EXPECT_EQ(field.number_value, 150u);
  EXPECT_EQ(*reader.Next(field), true);
  EXPECT_EQ(field.text, "testing");
  EXPECT_EQ(*reader.Next(field), false);
}

TEST(ProtoWire, RefusesWhatIsCutOff) {
  for (const absl::string_view bad :
       {absl::string_view("\x08"), absl::string_view("\x12\x07test"),
        absl::string_view("\x0f\x00", 2),
        absl::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")}) {
    ProtoReader reader(bad);
    ProtoReader::Field field;
    EXPECT_THAT(reader.Next(field),
                StatusIs(absl::StatusCode::kInvalidArgument, _));
  }
}

TEST(KubernetesProto, ReadsASecret) {
  ProtoWriter meta;
  meta.Text(1, "s");
  meta.Text(3, "");  // namespace: sent, and empty.
  meta.Text(8, "");  // creationTimestamp.
  meta.Text(11, Pair("a", "b"));
  ProtoWriter secret;
  secret.Text(1, std::move(meta).Take());
  secret.Text(2, Pair("key", "\x01\x02"));
  secret.Text(3, "Opaque");
  secret.Varint(5, 0);  // immutable: set, to false.
  KAITO_ASSERT_OK_AND_ASSIGN(const json::Value value,
                             DecodeKubernetesProto(Envelope(
                                 "v1", "Secret", std::move(secret).Take())));
  EXPECT_EQ(json::Write(value),
            R"({"apiVersion":"v1","data":{"key":"AQI="},"immutable":false,)"
            R"("kind":"Secret","metadata":{"labels":{"a":"b"},"name":"s"},)"
            R"("type":"Opaque"})");
}

TEST(KubernetesProto, LosesNothingSilently) {
  ProtoWriter map;
  map.Text(9, "what is this");
  EXPECT_THAT(
      DecodeKubernetesProto(Envelope("v1", "ConfigMap", std::move(map).Take())),
      StatusIs(absl::StatusCode::kUnimplemented,
               HasSubstr("field 9 of ConfigMap")));
  EXPECT_THAT(DecodeKubernetesProto(Envelope("v1", "Gadget", "")),
              StatusIs(absl::StatusCode::kUnimplemented, HasSubstr("Gadget")));
  // A message that is no kind.
  EXPECT_THAT(DecodeKubernetesProto(Envelope("v1", "EnvVar", "")),
              StatusIs(absl::StatusCode::kUnimplemented, _));
  EXPECT_THAT(DecodeKubernetesProto("{}"),
              StatusIs(absl::StatusCode::kInvalidArgument, _));
}

}  // namespace
}  // namespace kaito::apiserver

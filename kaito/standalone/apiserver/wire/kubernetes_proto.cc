#include "kaito/standalone/apiserver/wire/kubernetes_proto.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "kaito/api/meta/time.h"
#include "kaito/base/check/check.h"
#include "kaito/base/encoding/base64.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/apiserver/wire/proto_wire.h"

namespace kaito::apiserver {
namespace {

// Messages, one a line: name, then number:field:type. Types: string, bytes,
// bool, int, a message; [type] repeated; {type} a map from strings; "?" marks
// what is sent only where it was set, so that 0 and false mean something.
constexpr char kMessages[] = R"(
ObjectMeta 1:name:string 2:generateName:string 3:namespace:string 4:selfLink:string 5:uid:string 6:resourceVersion:string 7:generation:int 8:creationTimestamp:Time 9:deletionTimestamp:Time 10:deletionGracePeriodSeconds:?int 11:labels:{string} 12:annotations:{string} 13:ownerReferences:[OwnerReference] 14:finalizers:[string]
OwnerReference 1:kind:string 3:name:string 4:uid:string 5:apiVersion:string 6:controller:?bool 7:blockOwnerDeletion:?bool
LabelSelector 1:matchLabels:{string} 2:matchExpressions:[LabelSelectorRequirement]
LabelSelectorRequirement 1:key:string 2:operator:string 3:values:[string]
ConfigMap 1:metadata:ObjectMeta 2:data:{string} 3:binaryData:{bytes} 4:immutable:?bool
Secret 1:metadata:ObjectMeta 2:data:{bytes} 3:type:string 4:stringData:{string} 5:immutable:?bool
Namespace 1:metadata:ObjectMeta 2:spec:NamespaceSpec 3:status:NamespaceStatus
NamespaceSpec 1:finalizers:[string]
NamespaceStatus 1:phase:string
LocalObjectReference 1:name:string
ObjectReference 1:kind:string 2:namespace:string 3:name:string 4:uid:string 5:apiVersion:string 6:resourceVersion:string 7:fieldPath:string
ServiceAccount 1:metadata:ObjectMeta 2:secrets:[ObjectReference] 3:imagePullSecrets:[LocalObjectReference] 4:automountServiceAccountToken:?bool
Service 1:metadata:ObjectMeta 2:spec:ServiceSpec 3:status:ServiceStatus
ServiceSpec 1:ports:[ServicePort] 2:selector:{string} 3:clusterIP:string 4:type:string 5:externalIPs:[string] 7:sessionAffinity:string 8:loadBalancerIP:string 10:externalName:string 11:externalTrafficPolicy:string 13:publishNotReadyAddresses:bool 18:clusterIPs:[string]
ServicePort 1:name:string 2:protocol:string 3:port:int 4:targetPort:IntOrString 5:nodePort:int 6:appProtocol:?string
ServiceStatus 1:loadBalancer:Nothing
Nothing
Deployment 1:metadata:ObjectMeta 2:spec:DeploymentSpec 3:status:Nothing
DeploymentSpec 1:replicas:?int 2:selector:LabelSelector 3:template:PodTemplateSpec 4:strategy:DeploymentStrategy 5:minReadySeconds:int 6:revisionHistoryLimit:?int 7:paused:bool 9:progressDeadlineSeconds:?int
DeploymentStrategy 1:type:string
Job 1:metadata:ObjectMeta 2:spec:JobSpec 3:status:Nothing
JobSpec 1:parallelism:?int 2:completions:?int 3:activeDeadlineSeconds:?int 4:selector:LabelSelector 5:manualSelector:?bool 6:template:PodTemplateSpec 7:backoffLimit:?int 8:ttlSecondsAfterFinished:?int
PodTemplateSpec 1:metadata:ObjectMeta 2:spec:PodSpec
PodSpec 2:containers:[Container] 3:restartPolicy:string 4:terminationGracePeriodSeconds:?int 5:activeDeadlineSeconds:?int 6:dnsPolicy:string 7:nodeSelector:{string} 8:serviceAccountName:string 9:serviceAccount:string 10:nodeName:string 11:hostNetwork:bool 12:hostPID:bool 13:hostIPC:bool 14:securityContext:Nothing 15:imagePullSecrets:[LocalObjectReference] 16:hostname:string 17:subdomain:string 19:schedulerName:string 20:initContainers:[Container] 24:priorityClassName:string 25:priority:?int
Container 1:name:string 2:image:string 3:command:[string] 4:args:[string] 5:workingDir:string 6:ports:[ContainerPort] 7:env:[EnvVar] 8:resources:Nothing 13:terminationMessagePath:string 14:imagePullPolicy:string 16:stdin:bool 17:stdinOnce:bool 18:tty:bool 20:terminationMessagePolicy:string
ContainerPort 1:name:string 2:hostPort:int 3:containerPort:int 4:protocol:string 5:hostIP:string
EnvVar 1:name:string 2:value:string
SelfSubjectAccessReview 1:metadata:ObjectMeta 2:spec:SelfSubjectAccessReviewSpec 3:status:SubjectAccessReviewStatus
SelfSubjectAccessReviewSpec 1:resourceAttributes:ResourceAttributes 2:nonResourceAttributes:NonResourceAttributes
ResourceAttributes 1:namespace:string 2:verb:string 3:group:string 4:version:string 5:resource:string 6:subresource:string 7:name:string
NonResourceAttributes 1:path:string 2:verb:string
SubjectAccessReviewStatus 1:allowed:bool 2:reason:string 3:evaluationError:string 4:denied:bool
SelfSubjectRulesReview 1:metadata:ObjectMeta 2:spec:SelfSubjectRulesReviewSpec 3:status:SubjectRulesReviewStatus
SelfSubjectRulesReviewSpec 1:namespace:string
SubjectRulesReviewStatus 3:incomplete:bool 4:evaluationError:string
SelfSubjectReview 1:metadata:ObjectMeta 2:status:SelfSubjectReviewStatus
SelfSubjectReviewStatus 1:userInfo:UserInfo
UserInfo 1:username:string 2:uid:string 3:groups:[string]
)";

enum class Many : uint8_t { kOne, kList, kMap };

struct FieldType {
  std::string name;
  std::string type;
  Many many = Many::kOne;
  bool keep_zero = false;
};

using Message = std::map<int, FieldType>;

std::map<std::string, Message>* ParseMessages() {
  auto* messages = new std::map<std::string, Message>;
  for (const absl::string_view line :
       absl::StrSplit(kMessages, '\n', absl::SkipEmpty())) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    Message& message = (*messages)[std::string(words[0])];
    for (size_t i = 1; i < words.size(); ++i) {
      const std::vector<absl::string_view> parts =
          absl::StrSplit(words[i], ':');
      int number = 0;
      KAITO_CHECK(parts.size() == 3 && absl::SimpleAtoi(parts[0], &number));
      absl::string_view type = parts[2];
      FieldType field;
      field.name = std::string(parts[1]);
      field.keep_zero = absl::ConsumePrefix(&type, "?");
      if (absl::ConsumePrefix(&type, "[")) {
        field.many = Many::kList;
        type.remove_suffix(1);
      } else if (absl::ConsumePrefix(&type, "{")) {
        field.many = Many::kMap;
        type.remove_suffix(1);
      }
      field.type = std::string(type);
      message[number] = std::move(field);
    }
  }
  return messages;
}

const std::map<std::string, Message>& Messages() {
  static const auto* messages = ParseMessages();
  return *messages;
}

// A message is at most as deep as its table: none contains itself.
absl::StatusOr<json::Value> DecodeMessage(absl::string_view type,
                                          absl::string_view text);

absl::StatusOr<json::Value> DecodeTime(absl::string_view text) {
  ProtoReader reader(text);
  ProtoReader::Field field;
  int64_t seconds = 0;
  while (true) {
    KAITO_ASSIGN_OR_RETURN(const bool more, reader.Next(field));
    if (!more) break;
    if (field.number == 1) seconds = static_cast<int64_t>(field.number_value);
  }
  if (seconds == 0) return json::Value();
  return json::Value(api::FormatTimestamp(absl::FromUnixSeconds(seconds)));
}

absl::StatusOr<json::Value> DecodeIntOrString(absl::string_view text) {
  ProtoReader reader(text);
  ProtoReader::Field field;
  bool is_string = false;
  json::Value number = 0;
  json::Value string = "";
  while (true) {
    KAITO_ASSIGN_OR_RETURN(const bool more, reader.Next(field));
    if (!more) return is_string ? string : number;
    if (field.number == 1) is_string = field.number_value == 1;
    if (field.number == 2) number = static_cast<int64_t>(field.number_value);
    if (field.number == 3) string = field.text;
  }
}

// Null where it says nothing.
absl::StatusOr<json::Value> DecodeOne(const FieldType& type,
                                      const ProtoReader::Field& field) {
  const bool scalar = type.type == "bool" || type.type == "int";
  if (scalar == field.is_text) {
    return absl::InvalidArgumentError(
        absl::StrCat("protobuf: ", type.name, " is of another type"));
  }
  if (scalar && field.number_value == 0 && !type.keep_zero) {
    return json::Value();
  }
  if (type.type == "bool") return json::Value(field.number_value != 0);
  if (type.type == "int") {
    return json::Value(static_cast<int64_t>(field.number_value));
  }
  if (type.type == "string") {
    const bool keep =
        !field.text.empty() || type.keep_zero || type.many != Many::kOne;
    return keep ? json::Value(field.text) : json::Value();
  }
  if (type.type == "bytes") return json::Value(Base64Encode(field.text));
  if (type.type == "Time") return DecodeTime(field.text);
  if (type.type == "IntOrString") return DecodeIntOrString(field.text);
  KAITO_ASSIGN_OR_RETURN(json::Value value,
                         DecodeMessage(type.type, field.text));
  if (value.object()->empty() && type.many == Many::kOne) {
    return json::Value();
  }
  return value;
}

// An entry {key = 1, value = 2} of a map.
absl::Status DecodeEntry(const FieldType& type, absl::string_view text,
                         json::Value& map) {
  ProtoReader reader(text);
  ProtoReader::Field field;
  std::string key;
  json::Value value = "";
  while (true) {
    KAITO_ASSIGN_OR_RETURN(const bool more, reader.Next(field));
    if (!more) break;
    if (field.number == 1) key = std::string(field.text);
    if (field.number == 2) {
      KAITO_ASSIGN_OR_RETURN(value, DecodeOne(type, field));
    }
  }
  map[key] = std::move(value);
  return absl::OkStatus();
}

absl::StatusOr<json::Value> DecodeMessage(absl::string_view type,
                                          absl::string_view text) {
  const Message& message = Messages().at(std::string(type));
  json::Value out = json::Object();
  ProtoReader reader(text);
  ProtoReader::Field field;
  while (true) {
    KAITO_ASSIGN_OR_RETURN(const bool more, reader.Next(field));
    if (!more) return out;
    const auto it = message.find(field.number);
    if (it == message.end()) {
      // Not told by name here, an empty one is no loss.
      if (field.is_text ? field.text.empty() : field.number_value == 0) {
        continue;
      }
      return absl::UnimplementedError(
          absl::StrCat("protobuf: field ", field.number, " of ", type,
                       " is not known here: send JSON, as with kubectl apply"));
    }
    const FieldType& known = it->second;
    if (known.many == Many::kMap) {
      KAITO_RETURN_IF_ERROR(DecodeEntry(known, field.text, out[known.name]));
      continue;
    }
    KAITO_ASSIGN_OR_RETURN(json::Value value, DecodeOne(known, field));
    if (known.many == Many::kList) {
      out[known.name].Append(std::move(value));
    } else if (!value.is_null()) {
      out[known.name] = std::move(value);
    }
  }
}

struct Envelope {
  std::string api_version;
  std::string kind;
  absl::string_view raw;
};

// runtime.Unknown: typeMeta = 1 {apiVersion = 1, kind = 2}, raw = 2.
absl::StatusOr<Envelope> OpenEnvelope(absl::string_view body) {
  if (!absl::ConsumePrefix(&body, absl::string_view("k8s\0", 4))) {
    return absl::InvalidArgumentError(
        "protobuf: the body does not begin as Kubernetes' objects do");
  }
  Envelope envelope;
  ProtoReader reader(body);
  ProtoReader::Field field;
  while (true) {
    KAITO_ASSIGN_OR_RETURN(const bool more, reader.Next(field));
    if (!more) return envelope;
    if (field.number == 2) envelope.raw = field.text;
    if (field.number != 1) continue;
    ProtoReader meta(field.text);
    ProtoReader::Field part;
    while (true) {
      KAITO_ASSIGN_OR_RETURN(const bool another, meta.Next(part));
      if (!another) break;
      if (part.number == 1) envelope.api_version = std::string(part.text);
      if (part.number == 2) envelope.kind = std::string(part.text);
    }
  }
}

}  // namespace

absl::StatusOr<json::Value> DecodeKubernetesProto(absl::string_view body) {
  KAITO_ASSIGN_OR_RETURN(const Envelope envelope, OpenEnvelope(body));
  const auto it = Messages().find(envelope.kind);
  // Those of the table that are kinds have metadata first.
  if (it == Messages().end() || !it->second.contains(1) ||
      it->second.at(1).type != "ObjectMeta") {
    return absl::UnimplementedError(absl::StrCat(
        "protobuf: kind ", envelope.kind, " is not known here: send JSON"));
  }
  KAITO_ASSIGN_OR_RETURN(json::Value object,
                         DecodeMessage(envelope.kind, envelope.raw));
  object["apiVersion"] = envelope.api_version;
  object["kind"] = envelope.kind;
  return object;
}

}  // namespace kaito::apiserver

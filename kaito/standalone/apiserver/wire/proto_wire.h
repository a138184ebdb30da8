#ifndef KAITO_STANDALONE_APISERVER_WIRE_PROTO_WIRE_H_
#define KAITO_STANDALONE_APISERVER_WIRE_PROTO_WIRE_H_

// Protocol Buffers' wire format by hand, for the two places where kubectl
// insists on it: OpenAPI documents (openapi/gnostic.h) and bodies of typed
// commands (wire/kubernetes_proto.h). No generated code: the messages are
// Kubernetes' and gnostic's, and few of their fields are needed.
//
//   ProtoWriter writer;
//   writer.Text(1, "2.0");
//   writer.Text(2, std::move(nested).Take());   // A message is bytes too.

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito::apiserver {

class ProtoWriter {
 public:
  // Strings, bytes and nested messages.
  void Text(int field, absl::string_view bytes);
  void Varint(int field, uint64_t value);
  std::string Take() && { return std::move(out_); }

 private:
  void Raw(uint64_t value);

  std::string out_;
};

// One field after the other. What it gives points into the text.
class ProtoReader {
 public:
  explicit ProtoReader(absl::string_view text) : rest_(text) {}

  struct Field {
    int number = 0;
    bool is_text = false;    // Else a number.
    absl::string_view text;  // Strings, bytes and nested messages.
    uint64_t number_value = 0;
  };

  // False at the end. InvalidArgument for what is no message.
  absl::StatusOr<bool> Next(Field& field);

 private:
  absl::StatusOr<uint64_t> Varint();

  absl::string_view rest_;
};

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_WIRE_PROTO_WIRE_H_

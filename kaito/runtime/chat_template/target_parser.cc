// What is assigned to, and the parser's view of its tokens.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/chat_template/ast.h"
#include "kaito/runtime/chat_template/expression_parser.h"
#include "kaito/runtime/chat_template/lexer.h"
#include "kaito/runtime/chat_template/template_error.h"

namespace kaito::runtime::jinja {
namespace {

bool IsConstantName(absl::string_view name) {
  return name == "true" || name == "True" || name == "false" ||
         name == "False" || name == "none" || name == "None";
}

}  // namespace

absl::Status TokenStream::ErrorAt(int64_t line,
                                  absl::string_view message) const {
  return ToStatus({.kind = TemplateError::Kind::kSyntax,
                   .line = line,
                   .message = std::string(message)});
}

absl::Status TokenStream::Error(absl::string_view message) const {
  return ErrorAt(now().line,
                 absl::StrCat(message, " (column ", now().column, ")"));
}

absl::Status TokenStream::Unexpected() const {
  if (now().kind == TokenKind::kEnd) {
    return Error("the template ends too early");
  }
  return Error(absl::StrCat("unexpected '", now().text, "'"));
}

absl::Status TokenStream::ExpectOperator(absl::string_view op) {
  if (TakeOperator(op)) return absl::OkStatus();
  if (now().kind == TokenKind::kEnd) return Unexpected();
  return Error(absl::StrCat("expected '", op, "', got '", now().text, "'"));
}

absl::Status TokenStream::ExpectName(absl::string_view name) {
  if (TakeName(name)) return absl::OkStatus();
  if (now().kind == TokenKind::kEnd) return Unexpected();
  return Error(absl::StrCat("expected '", name, "', got '", now().text, "'"));
}

absl::StatusOr<Token> TokenStream::ExpectAnyName() {
  if (now().kind == TokenKind::kName) return Next();
  if (now().kind == TokenKind::kEnd) return Unexpected();
  return Error(absl::StrCat("expected a name, got '", now().text, "'"));
}

absl::Status TokenStream::ExpectKind(TokenKind kind, absl::string_view what) {
  if (Take(now().kind == kind)) return absl::OkStatus();
  if (now().kind == TokenKind::kEnd) return Unexpected();
  return Error(absl::StrCat("expected ", what, ", got '", now().text, "'"));
}

absl::Status ExpressionParser::Declare(Target* target) {
  for (Target* const part : target->parts) {
    KAITO_RETURN_IF_ERROR(Declare(part));
  }
  if (target->kind != Target::kSlot) return absl::OkStatus();
  if (loops > 0 && target->name == "loop") {
    return stream_.ErrorAt(target->line,
                           "inside a for block, 'loop' is its own");
  }
  scopes_.Declare(target->name, &target->slot);
  return absl::OkStatus();
}

absl::StatusOr<Target*> ExpressionParser::TargetPart(bool with_attribute) {
  const DepthGuard guard(*this);
  if (guard.too_deep()) return stream_.Error("targets nest too deep");
  if (stream_.TakeOperator("(")) {
    KAITO_ASSIGN_OR_RETURN(Target * inner, AssignTarget(false));
    KAITO_RETURN_IF_ERROR(stream_.ExpectOperator(")"));
    return inner;
  }
  KAITO_ASSIGN_OR_RETURN(const Token name, stream_.ExpectAnyName());
  if (IsConstantName(name.text)) {
    return stream_.ErrorAt(name.line,
                           absl::StrCat("can't assign to '", name.text, "'"));
  }
  auto* const target = arena_.New<Target>();
  target->line = name.line;
  if (with_attribute && stream_.TakeOperator(".")) {
    KAITO_ASSIGN_OR_RETURN(const Token attribute, stream_.ExpectAnyName());
    target->kind = Target::kAttribute;
    target->name = attribute.text;
    KAITO_ASSIGN_OR_RETURN(const Expr* ns, Name(name));
    target->ns = static_cast<const NameExpr*>(ns);
    return target;
  }
  target->kind = Target::kSlot;
  target->name = name.text;
  return target;
}

absl::StatusOr<Target*> ExpressionParser::AssignTarget(bool with_attribute,
                                                       absl::string_view end) {
  std::vector<Target*> parts;
  bool is_tuple = false;
  const int32_t line = stream_.now().line;
  for (;;) {
    const Token& now = stream_.now();
    const bool ends = now.kind == TokenKind::kBlockEnd || now.Is(")") ||
                      (!end.empty() && now.IsName(end));
    if (ends) break;
    KAITO_ASSIGN_OR_RETURN(Target * part, TargetPart(with_attribute));
    parts.push_back(part);
    if (!stream_.TakeOperator(",")) break;
    is_tuple = true;
  }
  if (parts.empty()) return stream_.Unexpected();
  if (!is_tuple) return parts[0];
  Target** const kept = arena_.NewArray<Target*>(parts.size());
  std::ranges::copy(parts, kept);
  auto* const target = arena_.New<Target>();
  target->kind = Target::kTuple;
  target->line = line;
  target->parts = {kept, parts.size()};
  return target;
}

Target* ExpressionParser::CopyTarget(const Target* target) {
  auto* const copy = arena_.New<Target>(*target);
  Target** const parts = arena_.NewArray<Target*>(target->parts.size());
  std::ranges::transform(target->parts, parts,
                         [this](const Target* t) { return CopyTarget(t); });
  copy->parts = {parts, target->parts.size()};
  return copy;
}

}  // namespace kaito::runtime::jinja

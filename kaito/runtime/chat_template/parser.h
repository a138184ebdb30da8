#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_PARSER_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_PARSER_H_

// Makes the tree of a template: its blocks here, its expressions in
// expression_parser.h.
//
//   Arena arena(...);                         // Of the template.
//   KAITO_ASSIGN_OR_RETURN(const TemplateAst ast, ParseTemplate(source, arena));
//
// Blocks are those of Jinja, break and continue, and transformers' generation.

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/ast.h"

namespace kaito::runtime::jinja {

// `source` is as NormalizeSource() gives it, in UTF-8, and outlives the tree.
// Errors are ToStatus (template_error.h) with the line.
absl::StatusOr<TemplateAst> ParseTemplate(absl::string_view source,
                                          Arena& arena);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_PARSER_H_

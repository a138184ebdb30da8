#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_MARKUP_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_MARKUP_H_

// HTML, as far as Jinja knows it: escaping, and taking tags out.

#include <string>

#include "absl/strings/string_view.h"

namespace kaito::runtime::jinja {

// & < > " ' as markupsafe writes them: &amp; &lt; &gt; &#34; &#39;
std::string EscapeHtml(absl::string_view text);

// Without comments and tags, white space run together, the entities that
// EscapeHtml and numbers write turned back.
std::string StripTags(absl::string_view text);

// Percent-encoded UTF-8. In a query string "/" is encoded too, and a space
// becomes "+".
std::string QuoteUrl(absl::string_view text, bool query);

}  // namespace kaito::runtime::jinja

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_MARKUP_H_

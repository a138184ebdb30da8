#ifndef KAITO_STANDALONE_APISERVER_REST_LISTING_H_
#define KAITO_STANDALONE_APISERVER_REST_LISTING_H_

// Lists: the collection at one moment, page by page, in the form asked for.
// The text is put together from the stored texts: what needs no look is not
// parsed.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/object/selector.h"
#include "kaito/standalone/apiserver/rest/render.h"
#include "kaito/standalone/apiserver/rest/verbs.h"
#include "kaito/standalone/apiserver/store/store.h"

namespace kaito::apiserver {

struct Selectors {
  LabelQuery labels;
  FieldQuery fields;

  bool empty() const { return labels.empty() && fields.empty(); }
  bool Matches(const json::Value& object) const {
    return labels.Matches(object) && fields.Matches(object);
  }
};

// Those of the call; a 400 where they can't be.
absl::StatusOr<Selectors> ParseSelectors(const Call& call);

// JSON. Errors are ApiStatus: 410 where a page's moment is gone, 504 where the
// version asked for is yet to come.
absl::StatusOr<std::string> List(Store& store, const Call& call,
                                 const Form& form, absl::Time now);

// A version of a query; 400 where it is no number. 0 where it is empty.
absl::StatusOr<int64_t> ParseResourceVersion(absl::string_view text);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_REST_LISTING_H_

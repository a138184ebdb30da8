#ifndef KAITO_API_WORKSPACE_OUTPUT_IMAGE_H_
#define KAITO_API_WORKSPACE_OUTPUT_IMAGE_H_

// Whether tuning.output.image is a place to which an adapter can be pushed.
// Admission warns where it is not, since the published examples hold a
// placeholder; the planner asks again, and starts no node.

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kaito::api {

// InvalidArgument says what is wrong with it and what to write. Whether the
// registry exists and takes the image is seen at the push.
absl::Status CheckOutputImage(absl::string_view image);

// Whether the text is still an example's placeholder: "IMAGE_NAME_HERE",
// "<registry>", "YOUR_SECRET".
bool IsPlaceholder(absl::string_view text);

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_OUTPUT_IMAGE_H_

#ifndef KAITO_STANDALONE_APISERVER_SCHEMA_BUILTIN_TEXT_H_
#define KAITO_STANDALONE_APISERVER_SCHEMA_BUILTIN_TEXT_H_

// The texts that builtin_types.h reads, by topic. In the notation of
// notation.h.

namespace kaito::apiserver {

extern const char kMetaTypes[];
extern const char kPodTypes[];
extern const char kVolumeTypes[];
extern const char kCoreTypes[];
extern const char kWorkloadTypes[];
extern const char kOtherTypes[];

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_SCHEMA_BUILTIN_TEXT_H_

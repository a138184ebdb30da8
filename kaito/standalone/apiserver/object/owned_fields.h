#ifndef KAITO_STANDALONE_APISERVER_OBJECT_OWNED_FIELDS_H_
#define KAITO_STANDALONE_APISERVER_OBJECT_OWNED_FIELDS_H_

// Objects seen as sets of fields, by their schema: what can be owned apart. A
// member of an object can, an item of a list map (by its keys) and of a set
// too; atomic lists and objects, and scalars, have one owner as a whole. Where
// the schema says nothing, objects are taken apart and lists are not. Pure.

#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/object/field_set.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {

// All fields of a value.
FieldSet FieldsOf(const Schema& schema, const json::Value& value);

// Fields of `after` that `before` lacks or has otherwise.
FieldSet ChangedFields(const Schema& schema, const json::Value& before,
                       const json::Value& after);

// `live` with all that `applied` says: its order of list items first, then the
// others'.
json::Value MergeApplied(const Schema& schema, const json::Value& live,
                         const json::Value& applied);

// Takes the members of `fields` out of the value, and objects and lists that
// become empty by it. Items of which `kept` has a part stay.
void TakeOut(const Schema& schema, const FieldSet& fields, const FieldSet& kept,
             json::Value& value);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_OBJECT_OWNED_FIELDS_H_

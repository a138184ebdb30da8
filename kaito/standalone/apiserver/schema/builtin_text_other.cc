#include "kaito/standalone/apiserver/schema/builtin_text.h"

namespace kaito::apiserver {

const char kOtherTypes[] = R"(
type Lease io.k8s.api.coordination.v1.Lease
  apiVersion string
  kind string
  metadata ObjectMeta
  spec LeaseSpec
type LeaseSpec io.k8s.api.coordination.v1.LeaseSpec
  acquireTime microtime
  holderIdentity string
  leaseDurationSeconds int32
  leaseTransitions int32
  preferredHolder string
  renewTime microtime
  strategy string

type Scale io.k8s.api.autoscaling.v1.Scale
  apiVersion string
  kind string
  metadata ObjectMeta
  spec ScaleSpec
  status ScaleStatus
type ScaleSpec io.k8s.api.autoscaling.v1.ScaleSpec
  replicas int32
type ScaleStatus io.k8s.api.autoscaling.v1.ScaleStatus
  replicas! int32
  selector string

type CustomResourceDefinition io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition
  apiVersion string
  kind string
  metadata ObjectMeta
  spec! CustomResourceDefinitionSpec
  status CustomResourceDefinitionStatus
type CustomResourceDefinitionSpec io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec
  conversion CustomResourceConversion default={"strategy":"None"}
  group! string
  names! CustomResourceDefinitionNames
  preserveUnknownFields bool
  scope! string
  versions! [CustomResourceDefinitionVersion]
type CustomResourceConversion io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceConversion
  strategy! string
  webhook object
type CustomResourceDefinitionNames io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames
  categories [string]
  kind! string
  listKind string
  plural! string
  shortNames [string]
  singular string
type CustomResourceDefinitionVersion io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion
  additionalPrinterColumns [CustomResourceColumnDefinition]
  deprecated bool
  deprecationWarning string
  name! string
  schema CustomResourceValidation
  selectableFields [object]
  served! bool
  storage! bool
  subresources CustomResourceSubresources
type CustomResourceColumnDefinition io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceColumnDefinition
  description string
  format string
  jsonPath! string
  name! string
  priority int32
  type! string
type CustomResourceValidation io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceValidation
  openAPIV3Schema JSONSchemaProps
type CustomResourceSubresources io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresources
  scale CustomResourceSubresourceScale
  status object
type CustomResourceSubresourceScale io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceScale
  labelSelectorPath string
  specReplicasPath! string
  statusReplicasPath! string
type CustomResourceDefinitionStatus io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus
  acceptedNames CustomResourceDefinitionNames
  conditions [WorkloadCondition] key=type
  storedVersions [string]
type JSONSchemaProps io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps
  $ref string
  $schema string
  additionalItems any
  additionalProperties any
  allOf [JSONSchemaProps]
  anyOf [JSONSchemaProps]
  default any
  definitions {JSONSchemaProps}
  dependencies {any}
  description string
  enum [any]
  example any
  exclusiveMaximum bool
  exclusiveMinimum bool
  externalDocs object
  format string
  id string
  items any
  maxItems int64
  maxLength int64
  maxProperties int64
  maximum number
  minItems int64
  minLength int64
  minProperties int64
  minimum number
  multipleOf number
  not JSONSchemaProps
  nullable bool
  oneOf [JSONSchemaProps]
  pattern string
  patternProperties {JSONSchemaProps}
  properties {JSONSchemaProps}
  required [string]
  title string
  type string
  uniqueItems bool
  x-kubernetes-embedded-resource bool
  x-kubernetes-int-or-string bool
  x-kubernetes-list-map-keys [string]
  x-kubernetes-list-type string
  x-kubernetes-map-type string
  x-kubernetes-preserve-unknown-fields bool
  x-kubernetes-validations [object]

type ReviewResourceAttributes io.k8s.api.authorization.v1.ResourceAttributes
  group string
  name string
  namespace string
  resource string
  subresource string
  verb string
  version string
type NonResourceAttributes io.k8s.api.authorization.v1.NonResourceAttributes
  path string
  verb string
type SelfSubjectAccessReview io.k8s.api.authorization.v1.SelfSubjectAccessReview
  apiVersion string
  kind string
  metadata ObjectMeta
  spec! SelfSubjectAccessReviewSpec
  status object
type SelfSubjectAccessReviewSpec io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec open
  nonResourceAttributes NonResourceAttributes
  resourceAttributes ReviewResourceAttributes
type SelfSubjectRulesReview io.k8s.api.authorization.v1.SelfSubjectRulesReview
  apiVersion string
  kind string
  metadata ObjectMeta
  spec! SelfSubjectRulesReviewSpec
  status object
type SelfSubjectRulesReviewSpec io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec
  namespace string
type SelfSubjectReview io.k8s.api.authentication.v1.SelfSubjectReview
  apiVersion string
  kind string
  metadata ObjectMeta
  status object
)";

}  // namespace kaito::apiserver

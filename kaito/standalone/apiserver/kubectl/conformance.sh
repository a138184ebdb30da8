#!/bin/bash
# What users and scripts do with kubectl, against whatever server KUBECONFIG names:
#
#   KUBECONFIG=… kaito/standalone/apiserver/kubectl/conformance.sh [KUBECTL]
#
# Makes a namespace of its own and removes it. Prints one line for each check, and
# exits 1 where one failed. Needs no controllers and no nodes, so it says the same of
# this server and of a bare real one; where a cluster runs pods, some waits are longer.
set -u

kubectl=${1:-kubectl}
work=$(mktemp -d)
ns="conformance-$$"
failed=0
trap '"$kubectl" delete namespace "$ns" --wait=false >/dev/null 2>&1; rm -rf "$work"' EXIT
export HOME="$work"  # Caches of discovery stay apart.

k() { timeout 60 "$kubectl" -n "$ns" "$@" 2>"$work/err"; }

# check NAME WANTED COMMAND…: the output holds WANTED (a regular expression), and the
# command succeeds.
check() {
  local name=$1 wanted=$2 out
  shift 2
  if out=$("$@") && grep -qE -- "$wanted" <<<"$out"; then
    echo "ok    $name"
  else
    failed=$((failed + 1))
    printf 'FAIL  %s: want %s\n%s\n%s\n' "$name" "$wanted" "${out:-}" "$(cat "$work/err")"
  fi
}

# refused NAME WANTED COMMAND…: the command fails and says so.
refused() {
  local name=$1 wanted=$2
  shift 2
  if "$@" >/dev/null; then
    failed=$((failed + 1))
    echo "FAIL  $name: was not refused"
  elif grep -qE -- "$wanted" "$work/err"; then
    echo "ok    $name"
  else
    failed=$((failed + 1))
    printf 'FAIL  %s: want %s\n%s\n' "$name" "$wanted" "$(cat "$work/err")"
  fi
}

# Whether this kubectl has a command or flag.
has() { "$kubectl" "$@" --help >/dev/null 2>&1; }
minor=$("$kubectl" version --client -o json 2>/dev/null | sed -n 's/.*"minor": *"\([0-9]*\).*/\1/p' | head -1)
minor=${minor:-0}

cat >"$work/web.yaml" <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: a, image: "nginx:1", ports: [{containerPort: 80}]}
      - {name: b, image: "busybox:1", env: [{name: X, value: "1"}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {mode: plain}
YAML
sed 's/replicas: 2/replicas: 3/; s/nginx:1/nginx:2/; /name: b,/d' "$work/web.yaml" >"$work/web2.yaml"
sed 's/replicas: 2/replcas: 2/' "$work/web.yaml" >"$work/wrong.yaml"
cat >"$work/edit.sh" <<'SH'
#!/bin/sh
sed -i 's/mode: plain/mode: edited/' "$1"
SH
chmod +x "$work/edit.sh"

check version 'v1\.[0-9]+' k version
check api-resources 'deployments +deploy +apps/v1' k api-resources
check api-versions '^batch/v1$' k api-versions
check 'create namespace' created "$kubectl" create namespace "$ns"
check 'get namespaces' "$ns +Active" k get namespaces

check 'apply creates' 'deployment.apps/web created' k apply -f "$work/web.yaml"
check 'apply again' 'configmap/settings unchanged' k apply -f "$work/web.yaml"
check 'apply dry run' 'server dry run' k apply --dry-run=server -f "$work/web2.yaml"
check 'dry run left it' '^2$' k get deployment web -o 'jsonpath={.spec.replicas}'
k diff -f "$work/web2.yaml" >"$work/diff"
check diff '^\+ +- image: nginx:2|^\+.*nginx:2' cat "$work/diff"
check 'apply changes' 'deployment.apps/web configured' k apply -f "$work/web2.yaml"
check 'strategic merge took b' '^a$' k get deployment web -o 'jsonpath={.spec.template.spec.containers[*].name}'
refused 'apply checks fields' 'replcas' k apply -f "$work/wrong.yaml"

check 'get' 'web +0/3' k get deployments
check 'get -o wide' 'a +nginx:2 +app=web' k get deployments -o wide
check 'get -o yaml' 'kind: Deployment' k get deployment web -o yaml
check 'get -o json' '"kind": "Deployment"' k get deployment web -o json
check 'get -o name' '^service/web$' k get service web -o name
check 'get -o jsonpath' '^[0-9.]+$' k get service web -o 'jsonpath={.spec.clusterIPs[0]}'
check 'get -o custom-columns' '^web +3$' k get deployment web --no-headers -o custom-columns=N:.metadata.name,R:.spec.replicas
check 'get -l' 'web' k get deployments -l 'app in (web,db),!gone'
check 'get --field-selector' 'settings' k get configmaps --field-selector metadata.name=settings
check 'get --sort-by' 'settings' k get configmaps --sort-by=.metadata.name
check 'get --show-labels' 'app=web' k get deployments --show-labels
check 'get all' 'service/web' k get all
check 'get service' 'web +ClusterIP +[0-9.]+ +<none> +80/TCP' k get service
check 'get --chunk-size' 'settings' k get configmaps --chunk-size=1
check 'get --raw' 'ok' k get --raw /readyz

check explain 'restartPolicy <string>|restartPolicy\s+<string>' k explain pod.spec.restartPolicy
check describe 'Replicas: +3 desired' k describe deployment web
check label labeled k label deployment web tier=front
check annotate 'annotate' k annotate deployment web note=seen
check scale scaled k scale deployment web --replicas=4
check 'scale took' '^4$' k get deployment web -o 'jsonpath={.spec.replicas}'
check 'patch strategic' patched k patch deployment web -p '{"spec":{"template":{"spec":{"containers":[{"name":"a","env":[{"name":"Y","value":"2"}]}]}}}}'
check 'patch merge' patched k patch configmap settings --type=merge -p '{"data":{"more":"1"}}'
check 'patch json' patched k patch configmap settings --type=json -p '[{"op":"test","path":"/data/more","value":"1"},{"op":"remove","path":"/data/more"}]'
refused 'patch json test' 'Invalid|invalid|test' k patch configmap settings --type=json -p '[{"op":"test","path":"/data/mode","value":"no"}]'
check 'set image' 'image updated' k set image deployment/web a=nginx:3
check edit edited env EDITOR="$work/edit.sh" KUBE_EDITOR="$work/edit.sh" "$kubectl" -n "$ns" edit configmap settings
check 'edit took' '^edited$' k get configmap settings -o 'jsonpath={.data.mode}'
check replace replaced bash -c "'$kubectl' -n '$ns' get configmap settings -o yaml | '$kubectl' -n '$ns' replace -f -"
check 'rollout history' 'web' k rollout history deployment/web
check 'rollout restart' restarted k rollout restart deployment/web
refused 'rollout status waits' 'timed out|exceeded|deadline' k rollout status deployment/web --timeout=2s

check 'create configmap' created k create configmap c --from-literal=a=b
check 'create secret' created k create secret generic s --from-literal=password=hunter2
check 'secret is base64' '^aHVudGVyMg==$' k get secret s -o 'jsonpath={.data.password}'
check 'create deployment' created k create deployment made --image=nginx:1
check 'create job' created k create job j --image=busybox:1 -- echo hello
check 'create service' created k create service clusterip made --tcp=80:8080
check 'create serviceaccount' created k create serviceaccount robot
check 'create dry run' 'kind: ConfigMap' k create configmap d --dry-run=client -o yaml
refused 'create twice' 'AlreadyExists|already exists' k create configmap c
check 'run dry run' 'restartPolicy: Never' k run r --image=busybox:1 --restart=Never --dry-run=client -o yaml
check run created k run r --image=busybox:1 --restart=Never -- sleep 100
check 'get pods' 'r +0/1|r +1/1' k get pods
check 'describe pod' 'Image: +busybox:1' k describe pod r
check 'wait condition' 'condition met' k wait --for=condition=established --timeout=20s crd --all
if ((minor >= 23)); then
  check 'wait jsonpath' 'condition met' k wait --for='jsonpath={.data.a}=b' configmap/c --timeout=20s
fi
check 'auth can-i' yes k auth can-i create pods
check 'get events' '.*' k get events

check 'apply --server-side' 'serverside-applied' k apply --server-side --field-manager=one -f - <<<'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"ssa"},"data":{"x":"1"}}'
refused 'conflict' 'conflict' k apply --server-side --field-manager=two -f - <<<'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"ssa"},"data":{"x":"2"}}'
check 'force conflicts' 'serverside-applied' k apply --server-side --force-conflicts --field-manager=two -f - <<<'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"ssa"},"data":{"x":"2"}}'
check 'force took' '^2$' k get configmap ssa -o 'jsonpath={.data.x}'

# A watch sees what happens while it runs.
timeout 20 "$kubectl" -n "$ns" get configmaps -w -o name >"$work/watch" 2>/dev/null &
watcher=$!
for _ in $(seq 100); do grep -q . "$work/watch" && break; timeout 0.1 tail -f /dev/null; done
k create configmap seen --from-literal=a=b >/dev/null
for _ in $(seq 100); do grep -q seen "$work/watch" && break; timeout 0.1 tail -f /dev/null; done
kill "$watcher" 2>/dev/null
check 'get -w' 'configmap/seen' cat "$work/watch"

check 'delete' 'deleted' k delete configmap c
check 'delete -l' 'deleted' k delete deployment -l app=web
check 'delete -f' 'deleted' k delete -f "$work/web.yaml" --ignore-not-found
check 'delete pod' 'deleted' k delete pod r --grace-period=0 --force
refused 'gone' NotFound k get configmap c
refused 'exec is no success' '.' k exec r -- true
check 'delete namespace' deleted timeout 60 "$kubectl" delete namespace "$ns"

if ((failed > 0)); then
  echo "$failed checks failed with $kubectl"
  exit 1
fi

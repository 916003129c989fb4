# Proves a store of objects by the S3 protocol: makes a bucket, writes an object, reads it, is refused without a key, removes
# both. The last line says what was found. The key is in no argument: curl reads it from its stdin.
bucket=$STORE/drover-proof
text="kept by drover"

# s3 METHOD URL [TEXT]: the HTTP status, 000 if nobody answers; the answer's body is in $body. What is sent is signed with its
# hash, which S3 wants in a header; curl 7.88 does not make that one by itself, and later ones take it as it is.
body=$(mktemp) || exit 1
trap 'rm -f "$body"' EXIT; trap 'exit 143' HUP INT PIPE TERM
quote() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }
ask() { curl -s -o "$body" -w '%{http_code}' --max-time 20 "$@"; }
s3() {
  method=$1
  url=$2
  hash=$(printf '%s' "${3-}" | sha256sum)
  shift 2
  [ $# = 0 ] || set -- -H 'Content-Type: text/plain' --data-binary "$1"
  printf 'user = "%s:%s"\n' "$(quote "$KEY_ID")" "$(quote "$KEY")" |
    ask -K - --aws-sigv4 aws:amz:us-east-1:s3 -H "x-amz-content-sha256: ${hash%% *}" -X "$method" "$@" "$url"
}
must() {
  case " $2 " in *" $3 "*) return 0 ;; esac
  echo "$1: it answers $3, not$2"
  exit 1
}

# A store that has only just started says 5xx for some seconds, and a proof that was killed leaves its bucket.
tries=0
while :; do
  status=$(s3 PUT "$bucket")
  case $status in 200 | 409) break ;; 403) break ;; esac
  tries=$((tries + 1))
  [ "$tries" -lt "${TRIES:-30}" ] || break
  sleep 2
done
must "making a bucket" " 200 409" "$status"
must "writing an object" " 200" "$(s3 PUT "$bucket/object" "$text")"
must "reading it" " 200" "$(s3 GET "$bucket/object")"
said=$(cat "$body")
[ "$said" = "$text" ] || { echo "reading it: another text comes back"; exit 1; }
must "reading it without a key" " 401 403" "$(ask "$bucket/object")"
must "removing it" " 200 204" "$(s3 DELETE "$bucket/object")"
must "reading what was removed" " 404" "$(s3 GET "$bucket/object")"
must "removing the bucket" " 200 204" "$(s3 DELETE "$bucket")"
echo "kept and given back"

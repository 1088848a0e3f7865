package iam

import (
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// objectRequests derives S3's requests on objects and their lists. Presigning goes the same way: the
// request is judged when it is signed.
//
// HeadObject is s3:GetObject, ListObjectsV2 s3:ListBucket on the bucket; a call with a version id is the …Version action; a put
// with tags is s3:PutObjectTagging too (S3 User Guide, "Required permissions for Amazon
// S3 API operations"). s3:ExistingObjectTag/<key> stands for reads and for tagging, not
// for put and delete, as the Service Authorization Reference lists it.
func (e *Enforcer) objectRequests(input any) ([]Request, bool, error) {
	switch in := input.(type) {
	case *s3.GetObjectInput:
		return e.object("GetObject", in.Bucket, in.Key, in.VersionId), true, nil
	case *s3.HeadObjectInput:
		return e.object("GetObject", in.Bucket, in.Key, in.VersionId), true, nil
	case *s3.GetObjectTaggingInput:
		return e.object("GetObjectTagging", in.Bucket, in.Key, in.VersionId), true, nil
	case *s3.DeleteObjectTaggingInput:
		return e.object("DeleteObjectTagging", in.Bucket, in.Key, in.VersionId), true, nil
	case *s3.PutObjectTaggingInput:
		out := e.object("PutObjectTagging", in.Bucket, in.Key, in.VersionId)
		var tags []types.Tag
		if in.Tagging != nil {
			tags = in.Tagging.TagSet
		}
		requestTags(out[0].Context, tags)
		return out, true, nil
	case *s3.PutObjectInput:
		return e.put(in)
	case *s3.CreateMultipartUploadInput: // the three steps of one put (S3 User Guide, “Multipart upload API and permissions”)
		return each("s3:PutObject", nil, objectARN(in.Bucket, in.Key)), true, nil
	case *s3.UploadPartInput:
		return each("s3:PutObject", nil, objectARN(in.Bucket, in.Key)), true, nil
	case *s3.CompleteMultipartUploadInput:
		return each("s3:PutObject", nil, objectARN(in.Bucket, in.Key)), true, nil
	case *s3.ListObjectsV2Input:
		return each("s3:ListBucket", nil, "arn:aws:s3:::"+aws.ToString(in.Bucket)), true, nil
	case *s3.DeleteObjectInput:
		return each(versioned("DeleteObject", in.VersionId), nil, objectARN(in.Bucket, in.Key)), true, nil
	case *s3.DeleteObjectsInput:
		var out []Request
		if in.Delete != nil {
			for _, o := range in.Delete.Objects {
				out = append(out, each(versioned("DeleteObject", o.VersionId), nil, objectARN(in.Bucket, o.Key))...)
			}
		}
		if len(out) == 0 {
			return nil, true, fmt.Errorf("the call deletes nothing")
		}
		return out, true, nil
	}
	return nil, false, nil
}

// object is an action that looks at the tags that the object has.
func (e *Enforcer) object(action string, bucket, key, version *string) []Request {
	context := map[string][]string{}
	if e.objectTags != nil {
		for k, v := range e.objectTags(aws.ToString(bucket), aws.ToString(key)) {
			context["s3:ExistingObjectTag/"+k] = []string{v}
		}
	}
	action = versioned(action, version)
	if version != nil && action != "s3:GetObjectVersion" {
		action = map[string]string{
			"s3:GetObjectTaggingVersion": "s3:GetObjectVersionTagging", "s3:PutObjectTaggingVersion": "s3:PutObjectVersionTagging",
			"s3:DeleteObjectTaggingVersion": "s3:DeleteObjectVersionTagging",
		}[action]
	}
	return each(action, context, objectARN(bucket, key))
}

func (e *Enforcer) put(in *s3.PutObjectInput) ([]Request, bool, error) {
	context := map[string][]string{}
	if in.Tagging == nil {
		return each("s3:PutObject", context, objectARN(in.Bucket, in.Key)), true, nil
	}
	query, err := url.ParseQuery(*in.Tagging)
	if err != nil {
		return nil, true, fmt.Errorf("the Tagging %q: %w", *in.Tagging, err)
	}
	var tags []types.Tag
	for k := range query {
		tags = append(tags, types.Tag{Key: aws.String(k), Value: aws.String(query.Get(k))})
	}
	requestTags(context, tags)
	arn := objectARN(in.Bucket, in.Key)
	return append(each("s3:PutObject", context, arn), each("s3:PutObjectTagging", context, arn)...), true, nil
}

func requestTags(context map[string][]string, tags []types.Tag) {
	for _, t := range tags {
		context["s3:RequestObjectTag/"+aws.ToString(t.Key)] = []string{aws.ToString(t.Value)}
		context["s3:RequestObjectTagKeys"] = append(context["s3:RequestObjectTagKeys"], aws.ToString(t.Key))
	}
}

func versioned(action string, version *string) string {
	if version != nil {
		action += "Version"
	}
	return "s3:" + action
}

func objectARN(bucket, key *string) string {
	return "arn:aws:s3:::" + aws.ToString(bucket) + "/" + aws.ToString(key)
}

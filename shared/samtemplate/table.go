package samtemplate

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Table is the definition of a DynamoDB table.
type Table struct {
	// LogicalID and Name (physical), and the table's ARN.
	LogicalID, Name, Arn string
	// Key is the table's own key; Indexes are by name.
	Key     Key
	Indexes map[string]Index
	// Attributes maps the declared attributes to their type S, N or B.
	Attributes map[string]string
	// StreamView is NEW_AND_OLD_IMAGES and so on, "" without a stream.
	StreamView string
	// TTL is the attribute that holds the time to live, "" without one.
	TTL string
	// BillingMode is PAY_PER_REQUEST or PROVISIONED.
	BillingMode string
}

// Key is a primary key; Range is "" where there is none.
type Key struct{ Hash, Range string }

// Index is a secondary index.
type Index struct {
	Key Key
	// Projection is ALL, KEYS_ONLY or INCLUDE, with the attributes of INCLUDE.
	Projection string
	Include    []string
	// Local says that it is a local secondary index.
	Local bool
}

// Table gives the table with that logical id.
func (t *Template) Table(logicalID string) (Table, error) {
	resource, ok := t.Resources[logicalID]
	if !ok || resource.Type != "AWS::DynamoDB::Table" {
		return Table{}, fmt.Errorf("%s has no AWS::DynamoDB::Table %s", t.Path, logicalID)
	}
	p := resource.Properties
	table := Table{
		LogicalID: logicalID, Indexes: map[string]Index{}, Attributes: map[string]string{},
		BillingMode: first(text(p["BillingMode"]), "PROVISIONED"),
		StreamView:  text(Map(p["StreamSpecification"])["StreamViewType"]),
	}
	var err error
	if table.Name, err = t.Ref(logicalID); err != nil {
		return table, err
	}
	if table.Arn, err = t.GetAtt(logicalID, "Arn"); err != nil {
		return table, err
	}
	for _, a := range List(p["AttributeDefinitions"]) {
		table.Attributes[text(Map(a)["AttributeName"])] = text(Map(a)["AttributeType"])
	}
	if table.Key, err = t.key(resource, "Properties.KeySchema", p["KeySchema"], table.Attributes); err != nil {
		return table, err
	}
	for property, local := range map[string]bool{"GlobalSecondaryIndexes": false, "LocalSecondaryIndexes": true} {
		for i, v := range List(p[property]) {
			m := Map(v)
			place := fmt.Sprintf("Properties.%s[%d]", property, i)
			key, err := t.key(resource, place+".KeySchema", m["KeySchema"], table.Attributes)
			if err != nil {
				return table, err
			}
			projection := Map(m["Projection"])
			if text(projection["ProjectionType"]) == "" {
				return table, t.errorAt(resource, place, "has no Projection.ProjectionType")
			}
			table.Indexes[text(m["IndexName"])] = Index{
				Key: key, Local: local,
				Projection: text(projection["ProjectionType"]), Include: Strings(projection["NonKeyAttributes"]),
			}
		}
	}
	if ttl := Map(p["TimeToLiveSpecification"]); text(ttl["Enabled"]) == "true" {
		table.TTL = text(ttl["AttributeName"])
	}
	return table, nil
}

// Tables gives every table of the template by logical id.
func (t *Template) Tables() ([]Table, error) {
	var out []Table
	for _, id := range sortedKeys(t.Resources) {
		if t.Resources[id].Type != "AWS::DynamoDB::Table" {
			continue
		}
		table, err := t.Table(id)
		if err != nil {
			return nil, err
		}
		out = append(out, table)
	}
	return out, nil
}

func (t *Template) key(resource Resource, place string, schema any, attributes map[string]string) (Key, error) {
	var key Key
	for _, v := range List(schema) {
		name := text(Map(v)["AttributeName"])
		if attributes[name] == "" {
			return key, t.errorAt(resource, place, "%q is not in AttributeDefinitions", name)
		}
		switch text(Map(v)["KeyType"]) {
		case "HASH":
			key.Hash = name
		case "RANGE":
			key.Range = name
		default:
			return key, t.errorAt(resource, place, "%q has a KeyType other than HASH and RANGE", name)
		}
	}
	if key.Hash == "" {
		return key, t.errorAt(resource, place, "has no HASH key")
	}
	return key, nil
}

// CreateTableInput gives the call that makes the same table: keys, indexes, stream,
// always on demand (a test has no use for throughput). TTL is a call of its own, see
// [Table.UpdateTimeToLiveInput].
func (t Table) CreateTableInput() *dynamodb.CreateTableInput {
	in := &dynamodb.CreateTableInput{
		TableName: aws.String(t.Name), KeySchema: t.Key.schema(), BillingMode: types.BillingModePayPerRequest,
	}
	for _, name := range sortedKeys(t.Attributes) {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: aws.String(name), AttributeType: types.ScalarAttributeType(t.Attributes[name]),
		})
	}
	for _, name := range sortedKeys(t.Indexes) {
		index := t.Indexes[name]
		projection := &types.Projection{ProjectionType: types.ProjectionType(index.Projection), NonKeyAttributes: index.Include}
		if index.Local {
			in.LocalSecondaryIndexes = append(in.LocalSecondaryIndexes, types.LocalSecondaryIndex{
				IndexName: aws.String(name), KeySchema: index.Key.schema(), Projection: projection,
			})
			continue
		}
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(name), KeySchema: index.Key.schema(), Projection: projection,
		})
	}
	if t.StreamView != "" {
		in.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewType(t.StreamView)}
	}
	return in
}

// UpdateTimeToLiveInput gives the call that turns the time to live on; nil where the
// table has none.
func (t Table) UpdateTimeToLiveInput() *dynamodb.UpdateTimeToLiveInput {
	if t.TTL == "" {
		return nil
	}
	return &dynamodb.UpdateTimeToLiveInput{
		TableName:               aws.String(t.Name),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String(t.TTL), Enabled: aws.Bool(true)},
	}
}

func (k Key) schema() []types.KeySchemaElement {
	out := []types.KeySchemaElement{{AttributeName: aws.String(k.Hash), KeyType: types.KeyTypeHash}}
	if k.Range != "" {
		out = append(out, types.KeySchemaElement{AttributeName: aws.String(k.Range), KeyType: types.KeyTypeRange})
	}
	return out
}

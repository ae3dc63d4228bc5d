/**
 * The same frames as text: protobuf's JSON mapping, read strictly. Needs jackson-core, which is an optional dependency
 * of this module: who does not name a class of this package does not carry it. Knows the schema's kinds of fields only
 * (no maps, no floating point, no well-known types). No I/O, no thread of its own; everything may be called from
 * anywhere. Start with {@link im.protocol.json.JsonWire}.
 */
@NullMarked
package im.protocol.json;

import org.jspecify.annotations.NullMarked;

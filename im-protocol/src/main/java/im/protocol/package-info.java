/**
 * The wire as values: ids, conversation keys, limits, close reasons. What is generated from {@code proto/} lies in
 * {@code im.protocol.v1}, the codecs in {@code im.protocol.codec} and, for JSON, {@code im.protocol.json}. Nothing here
 * has a thread or does I/O. Start with {@link im.protocol.Limits}.
 */
@NullMarked
package im.protocol;

import org.jspecify.annotations.NullMarked;

/** Log and push bus against a broker of their own topics, and their parts against Kafka's own producer for tests. */
@NullMarked
package im.relay.kafka;

import org.jspecify.annotations.NullMarked;

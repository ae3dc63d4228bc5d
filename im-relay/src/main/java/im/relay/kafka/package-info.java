/**
 * Log of partitions and push bus on Kafka. {@link im.relay.kafka.KafkaLog} is the door: it makes and checks the topics,
 * settles the log's identity and its epochs, and hands out the log ({@link im.relay.kafka.KafkaMessageLog}), its reader
 * and both ends of the push bus. No type of Kafka's is seen outside. Not here: what is done with what was read, and who
 * may send what.
 *
 * <p>Threads, all our own and none of them an event loop: {@code im-log-append} encodes and calls the producer, which can
 * block it; {@code im-log-answers} hands outcomes to the lanes; {@code im-log-read} polls for one reader;
 * {@code im-log-identity} reads and writes identity; {@code im-push-send} and {@code im-push-receive} are the bus.
 */
@NullMarked
package im.relay.kafka;

import org.jspecify.annotations.NullMarked;

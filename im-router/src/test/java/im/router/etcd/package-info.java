/** The forms in etcd, against a real one. */
@NullMarked
package im.router.etcd;

import org.jspecify.annotations.NullMarked;

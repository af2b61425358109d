/** The Linux kernel and the native codecs as Java objects, through the foreign function API. */
module io.predicomp.os {
  // Both carry the native libraries whose C symbols the codecs are bound to.
  requires com.github.luben.zstd_jni;
  requires org.lz4.java;
}

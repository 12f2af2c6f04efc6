/// The version of the product, as `--version` and `status` say it. CHANGELOG.md has the same.
public enum ServiceVersion {
    public static let text = "0.1.0"
}

;; A valid component without an export.
(component)

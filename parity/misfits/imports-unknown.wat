;; Imports an interface that no host of the lesson offers.
(component
  (import "acme:weather/forecast@1.0.0" (instance
    (export "tomorrow" (func (result string))))))

# The storefront: what visitors and customers read before they have bought.

storefront-title = Marketplace
